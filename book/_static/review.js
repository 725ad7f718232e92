// The review: tasks of chapters that were read, each after a pause that grows with every
// right answer, and never two of a chapter in a row.

// --- When a task comes back, and in what order: no page is needed for this -----------

globalThis.evidenceReview = (() => {
  const PAUSES = [1, 3, 7, 21, 60]; // days, by box; a wrong answer leads back to the first
  const MOST = 10; // tasks in a row

  function later(day, days) {
    const [year, month, date] = day.split("-").map(Number);
    return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
  }

  // Where a task goes after an answer: its box, counted from 1, and the day it is due.
  function after(before, right, today) {
    const box = right ? Math.min((before?.[0] ?? 1) + 1, PAUSES.length) : 1;
    return [box, later(today, PAUSES[box - 1])];
  }

  // Every task of a chapter that was read, with the day it is due: {name, chapter, due}.
  function dates(chapters, read, boxes) {
    return chapters.filter(({ chapter }) => chapter in read).flatMap(({ chapter, tasks }) =>
      Object.keys(tasks).map((name) => ({ name, chapter, due: boxes[name]?.[1] ?? later(read[chapter], PAUSES[0]) })));
  }

  // The tasks to ask, the longest due first, chapters in turn. It ends where only tasks
  // of the chapter that was asked last are left.
  function plan(dated, most = MOST) {
    const turns = {};
    const left = [...dated].sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : 0))
      .map((task) => ({ ...task, turn: turns[task.chapter] = (turns[task.chapter] ?? 0) + 1 }))
      .sort((a, b) => a.turn - b.turn);
    const asked = [];
    while (left.length && asked.length < most) {
      const others = left.filter(({ chapter }) => chapter !== asked.at(-1)?.chapter);
      if (!others.length) break;
      const crowd = others.find(({ chapter }) => 2 * left.filter((task) => task.chapter === chapter).length > left.length);
      const next = crowd ?? others[0];
      left.splice(left.indexOf(next), 1);
      asked.push(next);
    }
    return asked.map(({ turn, ...task }) => task);
  }

  // Whether what a check said is about the answer, and not only about its form.
  const judges = (said) => !/not attempted|: the answer should be /.test(said);

  return { PAUSES, later, after, dates, plan, judges };
})();

// --- On the page ---------------------------------------------------------------------

if (globalThis.document) (() => {
  const { kept, make } = window.evidence;
  const { after, dates, plan, judges } = globalThis.evidenceReview;
  const parse = (id) => JSON.parse(document.getElementById(id).textContent);
  const many = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
  let box, chapters, control; // where tasks are asked, what there is, tasks.js

  const dated = () => dates(chapters, kept.read("read"), kept.read("review"));
  const button = (text, act) => {
    const made = make("button", { type: "button", textContent: text });
    made.addEventListener("click", act);
    return made;
  };

  // What there is to do today.
  function offer() {
    const tasks = dated();
    const due = tasks.filter((task) => task.due <= kept.today());
    const round = plan(due);
    const next = tasks.map((task) => task.due).filter((day) => day > kept.today()).sort()[0];
    if (!tasks.length) {
      return box.replaceChildren(make("p", { textContent: "Nothing comes back yet: tick the chapters that you have read, here or at their ends. Their tasks are due from the next day on." }));
    }
    const comes = next ? ` The next ones are due on ${next}.` : "";
    const text = round.length ? `${many(due.length, "task")} due.${due.length > round.length ? ` This round asks ${round.length}.` : ""}`
      : `Nothing is due today.${comes}`;
    box.replaceChildren(make("p", { textContent: text }),
      round.length ? button("Begin", () => ask(round, 0)) : button("Practice all the same", () => ask(plan(tasks), 0)));
  }

  function ask(round, number) {
    const { name, chapter, due } = round[number];
    const { title, url, tasks } = chapters.find((each) => each.chapter === chapter);
    const place = make("div", {});
    blank(name, () => control.render({ el: place, model: { get: (key) => ({ exercise: name, task: tasks[name] })[key] } }));
    const from = make("p", { className: "evidence-from", textContent: `Task ${number + 1} of ${round.length}, from ` },
      make("a", { href: url, textContent: title }), ":");
    const go = () => (number + 1 < round.length ? ask(round, number + 1) : end(round));
    const next = button("Leave it", go);
    let counted = due > kept.today(); // practice moves nothing; else the first answer does
    place.addEventListener("submit", () => {
      const said = place.querySelector(".evidence-feedback");
      if (counted || !judges(said.textContent)) return;
      counted = true;
      const boxes = kept.read("review");
      const now = after(boxes[name], said.dataset.state === "right", kept.today());
      kept.write("review", { ...boxes, [name]: now });
      const when = make("p", { textContent: `It comes back on ${now[1]}.` });
      when.setAttribute("role", "status");
      next.before(when);
      next.textContent = number + 1 < round.length ? "Next" : "Done";
    });
    box.replaceChildren(from, place, next);
    place.querySelector("input, button")?.focus();
  }

  // A task that is asked again begins without what was answered the last time.
  function blank(name, render) {
    const { [`${name} again`]: before, ...others } = kept.read("tasks");
    kept.write("tasks", others);
    render();
    if (before !== undefined) kept.write("tasks", { ...others, [`${name} again`]: before });
  }

  function end(round) {
    offer();
    box.prepend(make("p", { textContent: `That was ${many(round.length, "task")}.` }));
    box.querySelector("button")?.focus();
  }

  function tick(list) {
    const boxes = [...list.querySelectorAll("input")];
    const show = () => { const read = kept.read("read"); boxes.forEach((each) => { each.checked = each.value in read; }); };
    list.addEventListener("change", ({ target }) => {
      const { [target.value]: before, ...others } = kept.read("read");
      kept.write("read", target.checked ? { ...others, [target.value]: kept.today() } : others);
      offer();
    });
    document.addEventListener("evidence:said", () => { show(); offer(); });
    list.hidden = false;
    show();
  }

  async function start() {
    box = document.querySelector(".evidence-review");
    chapters = parse("evidence-tasks");
    const { js, css } = parse("evidence-control");
    document.head.append(make("style", { textContent: css }));
    const url = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
    control = (await import(url)).default;
    box.hidden = false;
    tick(document.querySelector(".evidence-chapters"));
    offer();
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
