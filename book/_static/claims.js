// What the reader predicts stays in this browser: outcomes are veiled until then, and show
// it beside them.
(() => {
  const KEY = "evidence:predictions";
  const MOST = 2; // questions at a time; what follows more of them is not veiled
  const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; } };
  const write = (all) => { try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* private window */ } };
  const changed = () => document.dispatchEvent(new CustomEvent("evidence:said"));
  const follows = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  window.evidence = { read, write, changed, make }; // for the ledger's script

  // --- What the reader said, beside what came out -------------------------------------

  const CARDS = ".evidence-verdict, .evidence-outcome";

  function answer(card) {
    const said = read()[card.dataset.claim ?? card.dataset.question];
    card.querySelector(".evidence-said")?.remove();
    if (said == null) return;
    const { verdict } = card.dataset;
    const after = verdict ? (said === verdict ? ", and so it is." : ". The data say otherwise.") : ".";
    card.querySelector("p").after(make("p", { className: "evidence-said", textContent: `You said: ${said}${after}` }));
  }

  // --- The veil: outputs between a question and its answer ----------------------------

  const card = (id) => document.querySelector(`.evidence-verdict[data-claim="${id}"], .evidence-outcome[data-question="${id}"]`);

  function behind(question) {
    const ids = question.dataset.questions.split(" ");
    const last = ids.map(card).filter(Boolean).reduce((a, b) => (!a || follows(a, b) ? b : a), null);
    if (ids.length > MOST || !last || !follows(question, last)) return [];
    const outputs = [...document.querySelectorAll(".cell_output")].filter((output) =>
      follows(question, output) && (output.contains(last) || follows(output, last)));
    return [...outputs, ...after(last)];
  }

  // What follows a verdict without a word between, the sentences and formulas that say
  // why, and what these go on to show.
  function after(last) {
    const told = [];
    let next = last.closest(".cell").nextElementSibling;
    const outputs = () => {
      for (; next?.matches(".cell") && !next.querySelector(".evidence-predict"); next = next.nextElementSibling) {
        told.push(...next.querySelectorAll(".cell_output"));
      }
    };
    outputs();
    for (; next?.matches("p, ul, ol, .math"); next = next.nextElementSibling) told.push(next);
    outputs();
    return told;
  }

  const aimed = (output) => output.contains(document.getElementById(decodeURIComponent(location.hash.slice(1))));

  function veil(question) {
    const ids = question.dataset.questions.split(" ");
    const waiting = ids.filter((id) => !(id in read()));
    const outputs = behind(question);
    const hidden = waiting.length && !outputs.some(aimed);
    outputs.forEach((output) => output.classList.toggle("evidence-veiled", Boolean(hidden)));
    question.querySelector(".evidence-skip")?.remove();
    if (!hidden || !outputs.length) return;
    const skip = make("button", { type: "button", className: "evidence-skip", textContent: "Show without answering" });
    skip.addEventListener("click", () => { write({ ...Object.fromEntries(waiting.map((id) => [id, null])), ...read() }); changed(); });
    question.append(skip);
  }

  function update() {
    document.querySelectorAll(CARDS).forEach(answer);
    document.querySelectorAll(".evidence-predict").forEach(veil);
  }

  function start() {
    document.addEventListener("evidence:said", update);
    window.addEventListener("hashchange", update);
    update();
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
