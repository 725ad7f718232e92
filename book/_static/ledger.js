// The ledger: search, filters, the reader's own answers and how good they were. Without it
// the page is complete, and has none of these.
(() => {
  const { read, write, changed, make } = window.evidence;
  const VERDICTS = ["holds", "depends", "fails"];
  const byId = new Map();
  let index; // of each row: its text in small letters, made when it is first asked for

  const find = (selector) => document.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

  function prepare() {
    const marks = new Map(all(".evidence-picture [href^='#']").map((mark) => [mark.hash.slice(1), mark]));
    index = [...byId].map(([id, row]) =>
      ({ row, mark: marks.get(id), out: row.hidden, text: `${row.textContent} ${row.dataset.part}`.toLowerCase() }));
  }

  // --- Search and filters: only rows that come or go are touched ----------------------

  function filter() {
    if (!index) prepare();
    const words = find(".evidence-filters input").value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = all(".evidence-filters select").filter((s) => s.value).map((s) => [s.dataset.filter, s.value]);
    const fits = ({ row, text }) => words.every((word) => text.includes(word))
      && chosen.every(([name, value]) => name === "weak" ? row.dataset.weak.split(" ").includes(value) : row.dataset[name] === value);
    let shown = 0;
    for (const entry of index) {
      const out = !fits(entry);
      shown += !out;
      if (out === entry.out) continue;
      entry.out = entry.row.hidden = out;
      entry.mark.classList.toggle("evidence-out", out);
    }
    all(".evidence-group").forEach((group) => { group.hidden = !group.querySelector(".evidence-ledger > li:not([hidden])"); });
    all(".evidence-picture li").forEach((line) => { line.hidden = !line.querySelector("[data-verdict]:not(.evidence-out)"); });
    const count = find(".evidence-count");
    count.hidden = false;
    count.textContent = `${shown} of ${index.length} shown`;
  }

  // A link to a row that is filtered out shows all rows.
  function reveal() {
    const row = byId.get(decodeURIComponent(location.hash.slice(1)));
    if (!row?.hidden) return;
    all(".evidence-filters :is(input, select)").forEach((control) => { control.value = ""; });
    filter();
    row.scrollIntoView();
  }

  function name({ target }) {
    const mark = target.closest(".evidence-picture [data-verdict]");
    if (mark?.hash && !mark.title) mark.title = byId.get(mark.hash.slice(1)).querySelector("p").textContent;
  }

  // --- The reader's answers -----------------------------------------------------------

  function answers() {
    const said = Object.entries(read()).filter(([id, answer]) => answer && byId.has(id))
      .map(([id, answer]) => ({ row: byId.get(id), answer }));
    all(".evidence-ledger .evidence-said").forEach((line) => line.remove());
    said.forEach(({ row, answer }) => {
      const after = answer === row.dataset.verdict ? ", and so it is." : ". The data say otherwise.";
      row.querySelector("p").after(make("p", { className: "evidence-said", textContent: `You said: ${answer}${after}` }));
    });
    score(said);
  }

  function score(said) {
    const box = find(".evidence-calibration");
    box.hidden = !said.length;
    if (!said.length) return;
    const right = said.filter(({ row, answer }) => answer === row.dataset.verdict).length;
    const believed = said.filter(({ row }) => row.dataset.believed === row.dataset.verdict).length;
    const lines = VERDICTS.map((verdict) => {
      const own = said.filter(({ answer }) => answer === verdict);
      const hits = own.filter(({ row }) => row.dataset.verdict === verdict).length;
      return own.length ? make("li", { textContent: `${verdict}: said ${own.length} times, right ${hits} times` }) : "";
    });
    const forget = make("button", { type: "button", textContent: "Forget my answers" });
    forget.addEventListener("click", () => { write({}); changed(); });
    box.replaceChildren(
      make("p", { textContent: `You predicted ${said.length} of ${byId.size} claims and were right on ${right}; the common belief is right on ${believed} of them.` }),
      make("ul", {}, ...lines), forget);
  }

  function start() {
    all(".evidence-ledger > li").forEach((row) => byId.set(row.id, row));
    const box = find(".evidence-filters");
    let asked; // at most one pass a frame, however fast the reader types
    const soon = () => { asked ??= requestAnimationFrame(() => { asked = null; filter(); }); };
    box.hidden = false;
    ["input", "change"].forEach((event) => box.addEventListener(event, soon));
    ["pointerover", "focusin"].forEach((event) => find(".evidence-picture").addEventListener(event, name));
    document.addEventListener("evidence:said", answers);
    window.addEventListener("hashchange", reveal);
    answers();
    if (all(".evidence-filters :is(input, select)").some((control) => control.value)) filter(); // kept on reload
  }
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
