"""Typeset mathematics while the site is built, so that pages need no script for it.

KaTeX runs in an embedded JavaScript engine (mini-racer). A page carries the finished
HTML, MathML for screen readers beside it, and needs KaTeX's style sheet and fonts only.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

LOGGER = logging.getLogger(__name__)
KATEX = Path(__file__).parents[2] / "_static" / "vendor" / "katex" / "katex.min.js"
MACROS = {"\\E": "\\mathbb{E}", "\\Var": "\\operatorname{Var}", "\\R": "\\mathbb{R}"}


@cache
def _engine() -> MiniRacer:
    engine = MiniRacer()
    engine.eval(KATEX.read_text(encoding="utf8"))
    return engine


@cache
def typeset(latex: str, display: bool) -> str:
    """Return a formula as HTML with MathML.

    Raises
    ------
    ValueError
        If KaTeX cannot read the formula; the message says where.
    """
    options = {"displayMode": display, "output": "htmlAndMathml", "macros": MACROS}
    options |= {"throwOnError": True, "strict": "ignore"}
    arguments = f"{json.dumps(latex)}, {json.dumps(options)}"
    script = f"""(() => {{
      try {{ return ["ok", katex.renderToString({arguments})]; }}
      catch (error) {{ return ["error", String(error.message)]; }}
    }})()"""
    kind, text = json.loads(_engine().execute(f"JSON.stringify({script})"))
    if kind == "error":
        raise ValueError(text)
    return text


def _typeset(node: nodes.Element, display: bool) -> str:
    try:
        return typeset(node.astext(), display)
    except ValueError as error:
        LOGGER.warning("%s", error, location=node, type="bookext", subtype="math")
        return f"<code>{node.astext()}</code>"


def visit_inline(self, node: nodes.math) -> None:
    """Write an inline formula."""
    html = _typeset(node, display=False)
    self.body.append(self.starttag(node, "span", "", CLASS="math") + html + "</span>")
    raise nodes.SkipNode


def visit_block(self, node: nodes.math_block) -> None:
    """Write a displayed formula with its number."""
    self.body.append(self.starttag(node, "div", CLASS="math", tabindex="0"))
    self.body.append(_typeset(node, display=True))
    if node["number"]:
        number = get_node_equation_number(self, node)  # as references give it
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Make KaTeX the renderer of mathematics."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
    app.add_css_file("vendor/katex/katex.min.css")
