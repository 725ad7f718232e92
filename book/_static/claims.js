// Predict first: what the reader answers stays in this browser and is shown beside the
// verdict; the ledger filters, and shows how well calibrated the reader is.
(() => {
  const KEY = "evidence:predictions";
  const ANSWERS = { holds: "holds", depends: "depends", fails: "fails" };
  const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; } };
  const write = (all) => { try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* private window */ } };
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  function ask(item) {
    const claim = item.dataset.claim;
    const field = make("fieldset", { className: "evidence-answers" },
      make("legend", { className: "visually-hidden", textContent: `Your prediction: ${item.textContent}` }));
    for (const [value, text] of Object.entries(ANSWERS)) {
      const input = make("input", { type: "radio", name: `predict-${claim}`, value, checked: read()[claim] === value });
      input.addEventListener("change", () => { write({ ...read(), [claim]: value }); update(); });
      field.append(make("label", {}, input, ` ${text}`));
    }
    item.append(field);
  }

  function answer(card) {
    const said = read()[card.dataset.claim];
    card.querySelector(".evidence-said")?.remove();
    if (!said) return;
    const right = said === card.dataset.verdict;
    card.querySelector("p").after(make("p", {
      className: "evidence-said",
      textContent: `You said: ${ANSWERS[said]}${right ? ", and so it is." : ". The data say otherwise."}`,
    }));
  }

  function calibrate(box) {
    const rows = [...document.querySelectorAll(".evidence-ledger > li")];
    const all = read();
    const answered = rows.filter((row) => all[row.dataset.claim]);
    box.hidden = !answered.length;
    if (!answered.length) return;
    const right = answered.filter((row) => all[row.dataset.claim] === row.dataset.verdict);
    const lines = Object.entries(ANSWERS).map(([value, text]) => {
      const said = answered.filter((row) => all[row.dataset.claim] === value);
      const hits = said.filter((row) => row.dataset.verdict === value).length;
      return said.length ? make("li", { textContent: `${text}: said ${said.length} times, right ${hits} times` }) : "";
    });
    const forget = make("button", { type: "button", textContent: "Forget my answers" });
    forget.addEventListener("click", () => { write({}); update(); });
    box.replaceChildren(
      make("p", { textContent: `You predicted ${answered.length} of ${rows.length} claims and were right on ${right.length}.` }),
      make("ul", {}, ...lines), forget);
  }

  function filter(box) {
    const chosen = [...box.querySelectorAll("select")].map((s) => [s.dataset.filter, s.value]);
    const rows = [...document.querySelectorAll(".evidence-ledger > li")];
    rows.forEach((row) => { row.hidden = chosen.some(([name, value]) => value && row.dataset[name] !== value); });
    const shown = rows.filter((row) => !row.hidden).length;
    box.querySelector(".evidence-count").textContent = `${shown} of ${rows.length} shown`;
  }

  function update() {
    document.querySelectorAll(".evidence-verdict, .evidence-ledger > li").forEach(answer);
    document.querySelectorAll(".evidence-calibration").forEach(calibrate);
    const all = read();
    document.querySelectorAll(".evidence-answers input").forEach((input) => {
      input.checked = all[input.name.slice("predict-".length)] === input.value;
    });
  }

  function start() {
    document.querySelectorAll(".evidence-predict li").forEach(ask);
    document.querySelectorAll(".evidence-filters").forEach((box) => {
      box.hidden = false;
      box.addEventListener("change", () => filter(box));
      filter(box);
    });
    update();
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
