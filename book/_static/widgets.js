// Shows stored widgets without a kernel: every widget of this book is an anywidget, whose
// code and frames travel in the page.
(() => {
  const parse = (tag) => JSON.parse(tag.textContent);

  class Model {
    constructor(state) { this.state = { ...state }; this.handlers = {}; }
    get(name) { return this.state[name]; }
    set(name, value) {
      this.state[name] = value;
      this.handlers[`change:${name}`]?.forEach((handler) => handler());
    }
    save_changes() {}
    send() {}
    on(event, handler) { (this.handlers[event] ??= new Set()).add(handler); }
    off(event, handler) { this.handlers[event]?.delete(handler); }
  }

  async function show(tag, states) {
    const { state } = states[parse(tag).model_id];
    const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
    const widget = (await import(url)).default;
    const still = tag.closest("figure, .evidence-predict, .evidence-task"); // complete without a widget
    const el = document.createElement("div");
    widget.render({ model: new Model(state), el });
    const [before, after] = [still.querySelector("img"), el.querySelector("img")];
    for (const side of ["width", "height"]) {
      if (before?.getAttribute(side)) after.setAttribute(side, before.getAttribute(side));
    }
    still.querySelectorAll(":scope > :is(a, img, p, ul)").forEach((part) => part.remove());
    tag.before(el);
  }

  async function start() {
    const state = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
    const views = document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]');
    if (!state || !views.length) return;
    const { state: states } = parse(state);
    const css = new Set([...views].map((tag) => states[parse(tag).model_id].state._css));
    css.forEach((text) => document.head.append(Object.assign(document.createElement("style"), { textContent: text })));
    await Promise.all([...views].map((tag) => show(tag, states)));
    document.documentElement.dataset.widgets = "ready";
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
