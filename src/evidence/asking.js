// Questions before the evidence. Answers stay in this browser; a kernel, where there is
// one, hears of them, and so does the page.
const KEY = "evidence:predictions";
const VERDICTS = ["holds", "depends", "fails"];
const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; } };
const write = (all) => { try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* private window */ } };

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function render({ model, el }) {
  const group = `evidence-ask-${Math.random().toString(36).slice(2)}`;
  const questions = model.get("questions");
  const updates = [];

  const say = (id, answer) => {
    write({ ...read(), [id]: answer });
    model.send({ [id]: answer });
    document.dispatchEvent(new CustomEvent("evidence:said"));
  };

  const choice = ({ id, text, options }, which) => {
    const box = make("fieldset", { className: "evidence-question" }, make("legend", { textContent: text }));
    for (const value of options ?? VERDICTS) {
      const input = make("input", { type: "radio", name: `${group}-${which}`, value });
      input.addEventListener("change", () => say(id, value));
      updates.push(() => { input.checked = read()[id] === value; });
      box.append(make("label", {}, input, ` ${value}`));
    }
    return box;
  };

  const number = ({ id, text, low, high, unit }, which) => {
    const field = `${group}-${which}`;
    const input = make("input", { id: field, type: "number", min: low, max: high, step: "any", required: true, placeholder: `${low} to ${high}` });
    input.setAttribute("inputmode", low < 0 ? "text" : "decimal");
    const said = make("output", { htmlFor: field });
    const form = make("form", { className: "evidence-question" },
      make("label", { htmlFor: field, textContent: text }),
      make("span", {}, input, unit ? ` ${unit}` : ""),
      make("button", { type: "submit", textContent: "Answer" }), said);
    form.addEventListener("submit", (event) => { event.preventDefault(); say(id, input.valueAsNumber); });
    updates.push(() => {
      const answer = read()[id];
      if (answer != null) input.value = answer;
      said.textContent = answer == null ? "" : `You said: ${answer}.`;
    });
    return form;
  };

  el.classList.add("evidence-asking");
  el.append(make("p", {}, make("strong", { textContent: "Commit yourself" })),
    ...questions.map((question, which) => (question.kind === "number" ? number : choice)(question, which)));
  // JupyterLab gets no letters as commands, where it looks at what has the focus first,
  for (const each of el.querySelectorAll("input, button")) each.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => { if (event.key === "Enter") event.stopPropagation(); }); // and no Enter
  const update = () => updates.forEach((one) => one());
  document.addEventListener("evidence:said", update);
  update();
  const all = read();
  const before = questions.filter(({ id }) => all[id] != null).map(({ id }) => [id, all[id]]);
  if (before.length) model.send(Object.fromEntries(before));
  return () => document.removeEventListener("evidence:said", update);
}

export default { render };
