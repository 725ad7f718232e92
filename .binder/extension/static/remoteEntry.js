// jupyterlab-myst knows neither sources nor glossary: it marks what is cited as not found,
// and links terms to nothing. Here citations get their authors' names, terms become text.
const NAME = "deep-learning-in-evidence"; // as in package.json
const SOURCES = "book/references.bib";
const LEDGER = "ledger.json"; // beside this script, where .binder/settings writes it
const { src: HERE } = document.currentScript;
const known = {}; // clone -> its sources, once asked for
const LOST = '.myst [title="Citation Not Found"]';
const STYLE = `
  ${LOST}, .evidence-source { color: inherit; cursor: help; }
  ${LOST} svg, .evidence-source svg { display: none; }
  .myst a.hover-link[href="#"] { color: inherit; text-decoration: none; pointer-events: none; }
`;
const ACCENTS = { "'": "\u0301", "`": "\u0300", '"': "\u0308", v: "\u030c", c: "\u0327" };

function plain(tex) {
  const accent = (_, mark, letter) => (letter + ACCENTS[mark]).normalize("NFC");
  return tex.replace(/\\(['`"vc])\{?\\?(\w)\}?/g, accent).replace(/[{}]/g, "");
}

function names(authors) {
  const [first, second, third] = authors.split(" and ").map((author) => author.split(",")[0]);
  if (third) return `${first} et al.`;
  return second ? `${first} and ${second}` : first;
}

// Key -> authors, year and title of each entry.
function read(bibliography) {
  const entries = bibliography.matchAll(/^@\w+\{([^,\s]+),(.*?)^\}/gms);
  return Object.fromEntries(Array.from(entries, ([, key, text]) => {
    const field = (name) => plain(text.match(new RegExp(`^\\s*${name}\\s*=\\s*\\{(.*)\\}`, "m"))?.[1] ?? "");
    return [key, { authors: names(field("author")), year: field("year"), title: field("title") }];
  }));
}

function cite(element, sources) {
  const source = sources[element.textContent];
  if (!source) return;
  const narrative = element.closest(".narrative");
  element.lastChild.data = source.authors + (narrative ? ` (${source.year})` : `, ${source.year}`);
  element.title = source.title;
  element.classList.add("evidence-source");
}

// The clone of the book that a piece of what is shown stands in, as JupyterLab's server
// names it: "" or "notes/".
function clone(app, element) {
  for (const { node, context } of app.shell.widgets("main")) {
    if (context && node.contains(element)) return context.path.match(/^(.*\/)?(?=book\/)/)?.[0];
  }
}

async function sources(app, root) {
  known[root] ??= app.serviceManager.contents.get(root + SOURCES).then((file) => read(file.content), () => ({}));
  return known[root];
}

async function resolve(app, element) {
  const root = clone(app, element);
  if (root != null) cite(element, await sources(app, root));
}

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function link(app, path, words) {
  const element = make("a", { href: "#", textContent: words });
  element.addEventListener("click", (event) => {
    event.preventDefault();
    app.commands.execute("docmanager:open", { path });
  });
  return element;
}

function row({ verdict, statement, instead }) {
  const more = instead ? [make("br"), make("em", { textContent: instead })] : [];
  return make("li", {}, make("strong", { textContent: verdict }), ` ${statement}`, ...more);
}

// Every claim with its verdict, below what the ledger's page says to JupyterLab alone.
async function list(app, chapters, root, place) {
  const parts = (await chapters).flatMap(({ path, title, claims }) =>
    [make("h3", {}, link(app, root + path, title)), make("ul", {}, ...claims.map(row))]);
  if (!place.querySelector(".evidence-claims")) place.append(make("div", { className: "evidence-claims" }, ...parts));
}

async function activate(app) {
  document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
  const chapters = fetch(new URL(LEDGER, HERE)).then((file) => file.json());
  const complete = () => {
    document.querySelectorAll(LOST).forEach((element) => resolve(app, element));
    for (const { node, context } of app.shell.widgets("main")) {
      const place = context?.path.endsWith("book/ledger.md") && node.querySelector(".myst > div:last-of-type");
      if (place) list(app, chapters, clone(app, place), place);
    }
  };
  new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
}

// What the tools that build extensions would write around it.
const plugin = { id: `${NAME}:citations`, autoStart: true, activate };
window._JUPYTERLAB ??= {};
window._JUPYTERLAB[NAME] = { init() {}, get: async () => () => plugin };
