// Native controls and one picture. The frames are in the model; no kernel is needed.
function render({ model, el }) {
  // Each widget may be a module of its own: a counter would start anew in each.
  const group = `evidence-explore-${Math.random().toString(36).slice(2)}`;
  const controls = model.get("controls");
  const parts = model.get("parts");
  const frames = model.get("frames");
  const prefix = model.get("format") === "svg"
    ? "data:image/svg+xml;charset=utf-8," : "data:image/png;base64,";
  const encode = model.get("format") === "svg" ? encodeURIComponent : (text) => text;

  el.classList.add("evidence-explore");
  const picture = document.createElement("img");
  if (model.get("format") === "svg") picture.className = "evidence-drawing";

  const choose = (which, position) => {
    const selection = [...model.get("selection")];
    selection[which] = position;
    model.set("selection", selection);
    model.save_changes();
  };

  const slider = (control, which) => {
    const id = `${group}-${which}`;
    const row = document.createElement("div");
    row.className = "evidence-control";
    const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: control.label });
    const last = control.values.length - 1;
    const input = Object.assign(document.createElement("input"), { id, type: "range", min: 0, max: last, step: 1 });
    const output = Object.assign(document.createElement("output"), { htmlFor: id });
    // JupyterLab prevents the arrow keys' default action, so they are handled here.
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 };
    input.addEventListener("keydown", (event) => {
      const goal = { Home: 0, End: last }[event.key] ?? Number(input.value) + steps[event.key];
      if (Number.isNaN(goal)) return;
      event.preventDefault();
      event.stopPropagation();
      choose(which, Math.min(last, Math.max(0, goal)));
    });
    input.addEventListener("input", () => choose(which, Number(input.value)));
    row.append(label, input, output);
    const update = (position) => {
      input.value = position;
      input.setAttribute("aria-valuetext", control.values[position]);
      output.textContent = control.values[position];
    };
    return { row, update };
  };

  const choice = (control, which) => {
    const row = document.createElement("fieldset");
    row.className = "evidence-control";
    row.append(Object.assign(document.createElement("legend"), { textContent: control.label }));
    const inputs = control.values.map((value, position) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name: `${group}-${which}`, value });
      input.addEventListener("change", () => choose(which, position));
      label.append(input, ` ${value}`);
      row.append(label);
      return input;
    });
    inputs.forEach((input, position) => input.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const goal = (position + step + inputs.length) % inputs.length;
      inputs[goal].focus();
      choose(which, goal);
    }));
    return { row, update: (position) => { inputs[position].checked = true; } };
  };

  const rows = controls.map((control, which) => (control.kind === "slider" ? slider : choice)(control, which));
  const panel = document.createElement("div");
  panel.className = "evidence-controls";
  panel.append(...rows.map((row) => row.row));
  el.append(panel, picture);
  // JupyterLab would take letters as commands; it looks at what has the focus first.
  for (const input of panel.querySelectorAll("input")) input.dataset.lmSuppressShortcuts = "true";

  const update = () => {
    const selection = model.get("selection");
    rows.forEach((row, which) => row.update(selection[which]));
    const index = controls.reduce((sum, control, which) => sum * control.values.length + selection[which], 0);
    picture.src = prefix + encode(frames[index].map((part) => parts[part]).join("\n"));
    picture.alt = model.get("alts")[index];
    picture.dataset.frame = index;
  };
  model.on("change:selection", update);
  update();
  return () => model.off("change:selection", update);
}

export default { render };
