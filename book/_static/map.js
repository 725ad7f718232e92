// The map: what the reader has done of each chapter, what leads to the chapter in hand,
// and the route that is open. Without it the map is complete, and knows none of these.
(() => {
  const { kept, make } = window.evidence;
  const { state } = globalThis.evidenceKept;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const names = (text) => text?.split(" ").filter(Boolean) ?? [];
  let items; // chapter -> its item in the list

  function show() {
    const known = kept.all();
    for (const [chapter, item] of items) {
      const [tasks, questions] = [names(item.dataset.tasks), names(item.dataset.questions)];
      const { state: how, right, said } = state({ chapter, tasks, questions }, known);
      const link = item.querySelector("a");
      link.querySelector(".evidence-state")?.remove();
      item.dataset.state = how;
      if (!how) continue;
      const words = [how,
        ...(tasks.length ? [`${right} of ${tasks.length} tasks right`] : []),
        ...(questions.length ? [`${said} of ${questions.length} predictions made`] : [])].join(", ");
      const line = make("span", { className: "evidence-state" }, make("span", { textContent: ` (${words})` }));
      [["evidence-bar-questions", said, questions], ["evidence-bar-tasks", right, tasks]].forEach(([className, done, of]) => {
        const bar = make("i", { className });
        bar.style.setProperty("--done", of.length ? done / of.length : 0);
        line.append(bar);
      });
      link.append(line);
    }
  }

  // All that leads to a chapter, itself included.
  function before(chapter, found = new Set()) {
    if (found.has(chapter) || !items.has(chapter)) return found;
    found.add(chapter);
    names(items.get(chapter).dataset.needs).forEach((need) => before(need, found));
    return found;
  }

  function mark(on, map) {
    map.classList.toggle("evidence-tracing", Boolean(on));
    for (const [chapter, item] of items) item.classList.toggle("evidence-on", Boolean(on?.has(chapter)));
    for (const line of map.querySelectorAll("path")) {
      line.classList.toggle("evidence-on", Boolean(on?.has(line.dataset.from) && on.has(line.dataset.to)));
    }
  }

  function start() {
    const map = document.querySelector(".evidence-map");
    items = new Map(all(".evidence-map [data-chapter]").map((item) => [item.dataset.chapter, item]));
    const route = () => {
      const open = document.querySelector(".evidence-route[open]");
      mark(open ? new Set(names(open.dataset.route)) : null, map);
    };
    const trace = ({ target }) => {
      const item = target.closest("[data-chapter]");
      item ? mark(before(item.dataset.chapter), map) : route();
    };
    ["pointerover", "focusin"].forEach((event) => map.addEventListener(event, trace));
    ["pointerleave", "focusout"].forEach((event) => map.addEventListener(event, route));
    all(".evidence-route").forEach((each) => each.addEventListener("toggle", route));
    document.addEventListener("evidence:said", show);
    window.addEventListener("pageshow", show); // back from a chapter
    show();
    route();
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
