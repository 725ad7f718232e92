// jupyterlab-myst knows neither sources nor glossary: it marks what is cited as not found,
// and links terms to nothing. Here citations get their authors' names, terms become text.
const NAME = "deep-learning-in-evidence"; // as in package.json
const SOURCES = "book/references.bib";
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

async function activate(app) {
  document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
  const sources = read((await app.serviceManager.contents.get(SOURCES)).content);
  const resolve = () => document.querySelectorAll(LOST).forEach((element) => cite(element, sources));
  new MutationObserver(resolve).observe(document.body, { childList: true, subtree: true });
}

// What the tools that build extensions would write around it.
const plugin = { id: `${NAME}:citations`, autoStart: true, activate };
window._JUPYTERLAB ??= {};
window._JUPYTERLAB[NAME] = { init() {}, get: async () => () => plugin };
