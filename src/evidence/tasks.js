// Tasks answered where there is no kernel. grade() and what it calls are tasks.py once
// more, and a test holds the two together; below it stand the controls.

// --- Grading ------------------------------------------------------------------------

const NOT_ATTEMPTED = "not attempted yet.";
const THREE_FIGURES = 0.005;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const GROUPED = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/; // 1,507

// What a reader typed, as grade() takes it; what is no number stays text, and is refused.
function parse(task, text) {
  const plain = text.trim().replaceAll("\u2212", "-");
  if (!plain) return null;
  if (!["number", "vector"].includes(task.kind)) return plain;
  const whole = GROUPED.test(plain) ? plain.replaceAll(",", "") : plain;
  const parts = task.kind === "number" ? [whole] : plain.replace(/^[[(](.*)[\])]$/, "$1").split(/[\s,;]+/).filter(Boolean);
  const numbers = parts.map((part) => {
    const sides = part.split("/");
    return sides.length > 2 || !sides.every((side) => NUMBER.test(side)) ? NaN
      : sides.map(Number).reduce((above, below) => above / below);
  });
  if (numbers.some(Number.isNaN)) return text.trim();
  return task.kind === "number" ? numbers[0] : numbers;
}

function grade(task, answer) {
  if (answer === null) return { state: "open", message: NOT_ATTEMPTED };
  const why = SAY[task.kind](task, answer);
  return why === null
    ? { state: "right", message: `right. ${task.confirm}`.trimEnd() }
    : { state: "wrong", message: `not yet: ${why.replace(/\.+$/, "")}.` };
}

function unwanted(task, answer) {
  const shown = Array.isArray(answer) ? `a list of ${answer.length}` : typeof answer === "string" ? `'${answer}'` : answer;
  return `the answer should be ${task.wanted}, not ${shown}`;
}

const entries = (value) => (Array.isArray(value) ? value : [value]);
const isNumber = (value) => typeof value === "number";

function sayNumbers(task, answer) {
  const [given, expected] = [answer, task.expected].map(entries);
  const alike = Array.isArray(answer) === Array.isArray(task.expected) && given.length === expected.length;
  if (!alike || !given.every(isNumber)) return unwanted(task, answer);
  if (!given.every(Number.isFinite)) return "the answer is not finite";
  const distances = (wanted) => given.map((g, i) => Math.abs(g - wanted[i]));
  let meant = null;
  let least = Infinity;
  for (const [value, why] of [[expected, null], ...task.mistakes]) {
    const far = Math.max(...distances(entries(value)));
    if (far < least && !off(given, entries(value), task.tolerance).length) [meant, least] = [{ why }, far];
  }
  if (meant) return meant.why;
  if (task.kind === "number") return given[0] > expected[0] ? "too large" : "too small";
  const far = distances(expected);
  const worst = off(given, expected, task.tolerance).reduce((a, b) => (far[b] > far[a] ? b : a));
  return `entry ${worst} (counted from 0) is furthest off`;
}

function off(given, wanted, tolerance) {
  const nothing = 1e-9 * (Math.max(...wanted.map(Math.abs)) || 1);
  return [...given.keys()].filter((i) => !close(given[i], wanted[i], tolerance, nothing));
}

function close(given, wanted, tolerance, nothing) {
  const far = Math.abs(given - wanted);
  if (tolerance !== null) return far <= tolerance;
  const unit = Number(`1e${Number(wanted.toExponential().split("e")[1]) - 1}`);
  const figures = given / unit;
  const two = far <= 0.500001 * unit && Math.abs(figures - Math.round(figures)) < 1e-6;
  return two || far <= Math.max(THREE_FIGURES * Math.abs(wanted), nothing);
}

function sayChoice(task, answer) {
  const letter = String(answer).trim().toLowerCase();
  if (!task.options.includes(letter)) return unwanted(task, answer);
  return Object.fromEntries(task.mistakes)[letter] ?? null;
}

function sayOrder(task, answer) {
  if (!isOrder(task, answer)) return unwanted(task, answer);
  const wrong = task.mistakes.find(([[first, second]]) => answer.indexOf(first) > answer.indexOf(second));
  return wrong ? wrong[1] : null;
}

function isOrder(task, answer) {
  const sorted = (list) => String([...list].sort((a, b) => a - b));
  return Array.isArray(answer) && sorted(answer) === sorted(task.expected);
}

const SAY = { number: sayNumbers, vector: sayNumbers, choice: sayChoice, bug: sayChoice, order: sayOrder };

// --- The browser's memory -----------------------------------------------------------

const KEY = "evidence:tasks"; // name of an exercise -> what was answered
const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; } };
const write = (all) => { try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* private window */ } };

function remember(name, answer) {
  const { [name]: before, ...others } = read();
  write(String(answer).trim() ? { ...others, [name]: answer } : others);
}

// --- Controls: each has an element, and gives and takes an answer as it is remembered ---

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function field(task, group) {
  const input = make("input", { id: group, type: "text", autocomplete: "off", spellcheck: false });
  input.setAttribute("autocapitalize", "off");
  input.setAttribute("aria-describedby", `${group}-hint`);
  const commas = task.kind === "vector" ? "With commas between them." : "";
  const same = task.tolerance === 0 ? "" : "1/4, 0.25 and 2.5e-1 are the same.";
  const element = make("div", {}, make("label", { htmlFor: group, textContent: `Your answer, ${task.wanted}` }), input,
    make("small", { id: `${group}-hint`, textContent: `${commas} ${same}` }));
  return { element, get: () => input.value, set: (text) => { input.value = text; } };
}

function choices(task, group) {
  const inputs = task.options.map((value) => make("input", { type: "radio", name: group, value }));
  const labels = inputs.map((input, i) => make("label", {}, input, ` ${input.value}`,
    ...(task.lines ? [make("code", { textContent: task.lines[i] })] : [])));
  const legend = task.lines ? "Your answer: the line with the bug" : `Your answer, ${task.wanted}`;
  const element = make("fieldset", { className: task.lines ? "evidence-lines" : "" }, make("legend", { textContent: legend }), ...labels);
  return {
    element,
    get: () => inputs.find((input) => input.checked)?.value ?? "",
    set: (value) => inputs.forEach((input) => { input.checked = input.value === value; }),
  };
}

function order(task, group) {
  const heard = make("p", { className: "evidence-heard" });
  heard.setAttribute("aria-live", "polite");
  const list = make("ol", { className: "evidence-lines" });
  const move = (item, by) => {
    const goal = [...list.children].indexOf(item) + by;
    if (goal < 0 || goal >= list.children.length) return;
    const other = list.children[goal];
    by < 0 ? other.before(item) : other.after(item);
    heard.textContent = `Line ${item.value} is now at place ${goal + 1} of ${list.children.length}.`;
  };
  const items = task.lines.map((line, i) => {
    const item = make("li", { value: i + 1 });
    const button = (by, sign, word) => {
      const one = make("button", { type: "button", textContent: sign, title: `Move line ${i + 1} ${word}` });
      one.setAttribute("aria-label", one.title);
      one.addEventListener("click", () => { move(item, by); one.focus(); });
      return one;
    };
    item.append(button(-1, "↑", "up"), button(1, "↓", "down"), make("span", { textContent: i + 1 }), make("code", { textContent: line }));
    return item;
  });
  list.append(...items);
  const legend = make("legend", { textContent: "Your answer: the lines in the right order" });
  return {
    element: make("fieldset", {}, legend, list, heard),
    get: () => [...list.children].map((item) => item.value),
    set: (numbers) => { if (isOrder(task, numbers)) list.append(...numbers.map((n) => items[n - 1])); },
  };
}

const CONTROLS = { number: field, vector: field, choice: choices, bug: choices, order };

function render({ model, el }) {
  const name = model.get("exercise");
  const task = model.get("task");
  const kept = task.question ? `${name} again` : name; // what was answered before gives nothing away
  const group = `evidence-task-${Math.random().toString(36).slice(2)}`;
  const control = CONTROLS[task.kind](task, group);
  const said = make("p", { className: "evidence-feedback" });
  said.setAttribute("role", "status");
  const say = (answer) => {
    const { state, message } = grade(task, typeof answer === "string" ? parse(task, answer) : answer);
    said.dataset.state = state;
    said.textContent = `Exercise ${name}: ${message}`;
  };
  const form = make("form", {}, control.element, make("button", { type: "submit", textContent: "Check" }), said);
  form.setAttribute("aria-label", `Exercise ${name}`);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    remember(kept, control.get());
    say(control.get());
  });
  el.classList.add("evidence-answer");
  if (task.question) el.append(make("p", { className: "evidence-asked", textContent: task.question }));
  el.append(form);
  // JupyterLab gets no letters as commands, where it looks at what has the focus first,
  for (const each of el.querySelectorAll("input, button")) each.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => { if (event.key === "Enter") event.stopPropagation(); }); // and no Enter
  const before = read()[kept] ?? null;
  if (before !== null) control.set(before);
  say(before);
}

export default { render };
