// What the reader has done stays in this browser: which chapters are read, which tasks
// were answered right, when which comes back. A file carries it to another browser.

// --- What is kept, and how a file of it is read: no page is needed for this ----------

globalThis.evidenceKept = (() => {
  const FORM = "deep-learning-in-evidence/progress";
  const DAY = /^\d{4}-\d\d-\d\d$/;
  const isDay = (value) => typeof value === "string" && DAY.test(value);
  const isText = (value) => typeof value === "string" && value.length < 1000;
  const isWhole = (value) => Number.isInteger(value) && value > 0 && value < 1000;
  const KINDS = { // name after "evidence:" -> what may stand under a name there
    predictions: (value) => value === null || isText(value) || Number.isFinite(value),
    tasks: (value) => isText(value) || (Array.isArray(value) && value.every(isWhole)),
    read: isDay, // chapter -> the day
    done: isDay, // task -> the day on which it was first answered right
    review: (value) => Array.isArray(value) && value.length === 2 && isWhole(value[0]) && isDay(value[1]), // task -> box, day
  };

  function pack(read) {
    const kept = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, read(kind)]));
    return `${JSON.stringify({ form: FORM, ...kept }, null, 1)}\n`;
  }

  // Returns what a file holds; throws an error that says what is wrong with it.
  function unpack(text) {
    let given;
    try { given = JSON.parse(text); } catch { throw new Error("This is no file of progress: it is not JSON."); }
    if (given?.form !== FORM) throw new Error("This is no file of progress: it was not saved by this page.");
    const kept = {};
    for (const [kind, fits] of Object.entries(KINDS)) {
      const entries = Object.entries(given[kind] ?? {});
      const wrong = entries.find(([name, value]) => name.length > 200 || !fits(value));
      if (wrong) throw new Error(`The file is damaged: under ${kind}, ${wrong[0].slice(0, 60)} is not as it should be.`);
      kept[kind] = Object.fromEntries(entries);
    }
    return kept;
  }

  // What two browsers know of a reader: read and done since the earlier day; of a task's
  // box, and of answers, what the file says.
  function merge(here, file) {
    const both = {};
    for (const kind of Object.keys(KINDS)) both[kind] = { ...here[kind], ...file[kind] };
    for (const kind of ["read", "done"]) {
      for (const [name, day] of Object.entries(here[kind] ?? {})) if (day < both[kind][name]) both[kind][name] = day;
    }
    return both;
  }

  // How far a chapter is, given the names of what its page asks.
  function state({ chapter, tasks, questions }, kept) {
    const right = tasks.filter((name) => name in kept.done).length;
    const said = questions.filter((name) => kept.predictions[name] != null).length;
    const begun = right || said || tasks.some((name) => name in kept.tasks);
    return { state: chapter in kept.read ? "read" : begun ? "begun" : "", right, said };
  }

  return { KINDS: Object.keys(KINDS), pack, unpack, merge, state };
})();

// --- On a page -----------------------------------------------------------------------

if (globalThis.document) (() => {
  const { KINDS, pack, unpack, merge } = globalThis.evidenceKept;
  const { changed } = window.evidence;
  const key = (kind) => `evidence:${kind}`;
  const read = (kind) => { try { return JSON.parse(localStorage.getItem(key(kind))) ?? {}; } catch { return {}; } };
  const write = (kind, all) => { try { localStorage.setItem(key(kind), JSON.stringify(all)); } catch { /* private window */ } };
  const all = () => Object.fromEntries(KINDS.map((kind) => [kind, read(kind)]));
  const today = () => { const now = new Date(); return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10); };
  Object.assign(window.evidence, { kept: { read, write, all, today } });

  // A task counts from the day on which its check first said right.
  function note(form) {
    const name = form.getAttribute("aria-label").replace("Exercise ", "");
    const done = read("done");
    const right = form.querySelector(".evidence-feedback")?.dataset.state === "right";
    const again = form.parentElement.querySelector(".evidence-asked"); // of another chapter
    if (right && !again && !(name in done)) write("done", { ...done, [name]: today() });
  }
  const FORMS = ".evidence-task .evidence-answer form";
  const noteAll = () => document.querySelectorAll(FORMS).forEach(note);

  function chapterEnd(line) {
    const box = line.querySelector("input");
    const { chapter } = line.dataset;
    const show = () => { box.checked = chapter in read("read"); };
    box.addEventListener("change", () => {
      const { [chapter]: before, ...others } = read("read");
      write("read", box.checked ? { ...others, [chapter]: today() } : others);
    });
    document.addEventListener("evidence:said", show);
    line.hidden = false;
    show();
  }

  // --- Saved, loaded, forgotten --------------------------------------------------------

  function keep(box) {
    const status = box.querySelector("[role=status]");
    const say = (text, ...more) => status.replaceChildren(text, ...more);
    const put = (kept) => { for (const kind of KINDS) write(kind, kept[kind]); changed(); };
    box.querySelector("[value=save]").addEventListener("click", () => {
      const url = URL.createObjectURL(new Blob([pack(read)], { type: "application/json" }));
      const link = Object.assign(document.createElement("a"), { href: url, download: `progress-${today()}.json` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
      say("Saved among your downloads.");
    });
    const file = box.querySelector("input");
    file.addEventListener("change", async () => {
      try {
        const kept = unpack(await file.files[0].text());
        put(merge(all(), kept));
        say(`Loaded. Chapters read: ${Object.keys(kept.read).length}; tasks right: ${Object.keys(kept.done).length}.`);
      } catch (error) { say(error.message); }
      file.value = "";
    });
    box.querySelector("[value=forget]").addEventListener("click", () => {
      const before = all();
      for (const kind of KINDS) localStorage.removeItem(key(kind));
      changed();
      const undo = Object.assign(document.createElement("button"), { type: "button", textContent: "Undo" });
      undo.addEventListener("click", () => { put(before); say("It is all there again."); });
      say("Forgotten. ", undo);
    });
    box.hidden = false;
  }

  function start() {
    document.addEventListener("submit", ({ target }) => { if (target.matches(FORMS)) note(target); });
    new MutationObserver(noteAll).observe(document.documentElement, { attributeFilter: ["data-widgets"] });
    noteAll();
    document.querySelectorAll(".evidence-read").forEach(chapterEnd);
    document.querySelectorAll(".evidence-keep").forEach(keep);
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
