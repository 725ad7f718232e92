"""Figures in one style: palette, captions, alternative text, intervals as bands."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib import font_manager

from evidence.stats import Estimate

COLORS = ("#0072B2", "#D55E00", "#00805E", "#AA4499", "#806000", "#555555", "#882255")
"""Colors in order of use: told apart under the common forms of color blindness, and
with a contrast of 3:1 or more against white (Okabe & Ito 2008, darkened)."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # for measured points; curves have none
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
GRAY = "#6b6b6b"
FONT = "DejaVu Sans"  # travels with matplotlib: the same on every machine
CJK_FONTS = (  # for the characters that it lacks, where one of them is installed
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Micro Hei"),
    *("Hiragino Sans GB", "Arial Unicode MS"),
    *("Microsoft YaHei", "Yu Gothic", "Malgun Gothic"),
)
GLYPH = r"Glyph (\d+) .* missing from"  # how matplotlib's warning begins
MIME = "application/vnd.evidence.figure+json"
CAPTION_MIME = "application/vnd.evidence.caption+json"

_STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.labelsize": 11,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": mpl.cycler(color=COLORS, linestyle=LINES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.max_open_warning": 0,
    "font.size": 11,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "evidence",
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
}


def use_style() -> None:
    """Set the book's figure style; :func:`evidence.setup` calls it."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    others = [name for name in CJK_FONTS if name in installed]
    mpl.rcParams.update(_STYLE | {"font.family": [FONT, *others]})


def subplots(
    nrows: int = 1, ncols: int = 1, width: float = 6.0, height: float = 3.4, **kw
):
    """Return a figure and its axes in the book's size.

    Parameters
    ----------
    nrows, ncols : int
        Rows and columns of axes.
    width, height : float
        Size of the whole figure in inches; 6 by 3.4 fills the text column.
    **kw
        Passed on to :func:`matplotlib.pyplot.subplots`.

    Returns
    -------
    fig : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes or numpy.ndarray of them
    """
    return plt.subplots(nrows, ncols, figsize=(width, height), **kw)


def band(ax, x, estimates: Sequence[Estimate], *, label="", index=None, **kw):
    """Draw estimates as marked points on a line, their intervals as a shaded band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    x : array_like, shape (k,)
        Positions.
    estimates : sequence of Estimate, length k
        What was measured there.
    label : str
        Name of the series, for :func:`label_lines` or a legend.
    index : int, optional
        Which color, marker and line style of the palette; by default those of the
        next line.
    **kw
        Passed on to ``ax.plot``.

    Returns
    -------
    matplotlib.lines.Line2D
        The line.

    Raises
    ------
    TypeError
        If an item is not an :class:`evidence.stats.Estimate`.
    ValueError
        If there are not as many estimates as positions.
    """
    x, estimates = np.asarray(x, dtype=float), list(estimates)
    for item in estimates:
        if not isinstance(item, Estimate):
            raise TypeError(
                "a band needs Estimates (see evidence.stats), not "
                f"{type(item).__name__}"
            )
    if len(x) != len(estimates):
        raise ValueError(f"{len(x)} positions but {len(estimates)} estimates")
    if index is not None:
        index %= len(COLORS)
        style = {"color": COLORS[index], "linestyle": LINES[index]}
        kw = {**style, "marker": MARKERS[index], **kw}
    (line,) = ax.plot(x, [e.value for e in estimates], label=label, **kw)
    if "marker" not in kw:  # the cycle has none; take the one of its color
        of_color = dict(zip(COLORS, MARKERS, strict=True))
        line.set_marker(of_color.get(str(line.get_color()), "o"))
    ax.fill_between(
        x,
        [e.low for e in estimates],
        [e.high for e in estimates],
        color=line.get_color(),
        alpha=0.2,
        linewidth=0,
    )
    return line


def label_lines(ax, *, pad: float = 4) -> None:
    """Write each line's label at its right end, instead of a legend.

    Labels that would overlap are moved apart vertically. Call it last: limits that
    change afterwards move the lines but not the gaps. The end is the last point that
    the axes have a place for, on a logarithmic one above 0; a line without one gets no
    label.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes whose labeled lines are named.
    pad : float
        Distance from the line's end in points.
    """
    lines = [
        line
        for line in ax.get_lines()
        if line.get_label() and not line.get_label().startswith("_")
    ]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", GLYPH)  # whoever shows the figure says so
        ax.figure.draw_without_rendering()  # until then the limits are not known
    to_pixels = ax.transData.transform
    ends = []
    for line in lines:
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        shown = np.flatnonzero(_has_place(ax.xaxis, x) & _has_place(ax.yaxis, y))
        if len(shown):
            ends.append((line, x[shown[-1]], y[shown[-1]]))
    ends.sort(key=lambda end: end[2])
    pixels_per_point = ax.figure.dpi / 72
    gap, previous = 12 * pixels_per_point, -np.inf
    for line, x, y in ends:
        height = to_pixels((x, y))[1]
        placed = max(height, previous + gap)
        previous = placed
        ax.annotate(
            line.get_label(),
            (x, y),
            xytext=(pad + 3, (placed - height) / pixels_per_point),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=line.get_color(),
            annotation_clip=False,
        )


def _has_place(axis, values: np.ndarray) -> np.ndarray:
    """Return which values can be drawn on an axis."""
    return np.isfinite(values) & ((values > 0) | (axis.get_scale() != "log"))


def show(fig, *, caption: str, alt: str, name: str | None = None, fmt: str = "svg"):
    """Show a figure with its caption; the site numbers it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure; it is closed afterwards.
    caption : str
        One sentence that says the answer, in Markdown-free text.
    alt : str
        What somebody who cannot see the figure needs to know.
    name : str, optional
        Label for references, ``fig-...``, unique in the book.
    fmt : {"svg", "png"}
        ``"png"`` for photographs (a palette of 128 colors, twice the screen's
        resolution).

    Raises
    ------
    ValueError
        If the caption or the alternative text is empty, the name does not begin with
        ``fig-``, or the format is unknown.
    """
    data = describe(caption, alt, name, fmt)
    with one_warning_of_missing_fonts():
        picture = render(fig, fmt, alt)
    plt.close(fig)
    mime = "image/svg+xml" if fmt == "svg" else "image/png"
    metadata = {} if fmt == "svg" else {mime: {"width": int(fig.get_figwidth() * 96)}}
    bundle = {mime: picture, "text/plain": figure_text(data), MIME: data}
    display(bundle, raw=True, metadata=metadata)
    show_caption(data)


def describe(caption: str, alt: str, name: str | None, fmt: str) -> dict:
    """Return what is said of a figure, after checking it; it travels with the picture.

    Raises
    ------
    ValueError
        If caption, alternative text or name cannot be used.
    """
    check_texts(caption, alt, name)
    return {"caption": caption, "alt": alt, "name": name, "format": fmt}


def show_caption(data: dict) -> None:
    """Display a figure's caption: Jupyter shows one MIME type of the output before it.

    The mark says that there is nothing to read here; the site drops this output.
    """
    bundle = {"text/html": caption_html(data), "text/plain": data["caption"]}
    display({**bundle, CAPTION_MIME: {}}, raw=True)


def figure_text(data: dict) -> str:
    """Return what stands for a figure where pictures cannot be shown."""
    label = f"{data['name']}: " if data["name"] else ""
    return f"Figure {label}{data['caption']}"


def caption_html(data: dict) -> str:
    """Return a figure's caption as HTML."""
    text = html.escape(data["caption"], quote=False)
    return f'<p class="evidence-caption">{text}</p>'


def check_texts(caption: str, alt: str, name: str | None) -> None:
    """Raise ``ValueError`` unless caption, alternative text and name can be used."""
    if not caption or not caption.strip():
        raise ValueError("a figure needs a caption: one sentence that says the answer")
    if not alt or not alt.strip():
        raise ValueError(
            "a figure needs alternative text for readers who cannot see it"
        )
    if name is not None and not re.fullmatch(r"fig-[a-z0-9-]+", name):
        raise ValueError(f"a figure's name looks like fig-trials-needed, not {name!r}")


def render(fig, fmt: str = "svg", alt: str = ""):
    """Return the figure as SVG text or as PNG bytes, the same for the same figure.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        What to draw.
    fmt : {"svg", "png"}
        Format.
    alt : str
        Alternative text, written into the SVG itself.

    Returns
    -------
    str or bytes
        SVG text, or the bytes of a PNG file with at most 128 colors.
    """
    buffer = io.BytesIO()
    if fmt == "svg":
        metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
        fig.savefig(buffer, format="svg", metadata=metadata)
        return _tidy_svg(buffer.getvalue().decode(), alt)
    if fmt != "png":
        raise ValueError(f"fmt must be 'svg' or 'png', not {fmt!r}")
    from PIL import Image

    fig.savefig(buffer, format="png", dpi=160, metadata={"Software": None})
    picture = Image.open(buffer).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    out = io.BytesIO()
    picture.save(out, format="png", optimize=True)
    return out.getvalue()


@contextmanager
def one_warning_of_missing_fonts() -> Iterator[None]:
    """Gather matplotlib's warnings, several a character, and say what mends them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", GLYPH)
        yield
    missing = {}  # characters in their order
    for warning in caught:
        text = str(warning.message)
        if glyph := re.match(GLYPH, text):
            missing[chr(int(glyph[1]))] = None
        else:
            place = warning.filename, warning.lineno
            warnings.warn_explicit(text, warning.category, *place)
    if missing:
        warnings.warn(
            f"no font here draws {''.join(missing)}: boxes stand in their place. "
            "Install Noto Sans CJK (on Debian, Ubuntu and Colab: apt-get install "
            "fonts-noto-cjk), delete the list of fonts in "
            f"{mpl.get_cachedir()}, and restart the kernel",
            stacklevel=4,
        )


def _tidy_svg(svg: str, alt: str) -> str:
    """Drop the prologue, shorten numbers, and name the picture for screen readers."""
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(?<= d=")[^"]*', _shorten, svg)
    label = f' role="img" aria-label="{html.escape(alt)}"' if alt else ""
    return svg.replace("<svg ", f"<svg{label} ", 1).strip() + "\n"


def _shorten(path: re.Match) -> str:
    """Keep two decimals of a path's coordinates and write it in one line."""
    return re.sub(r"(\.\d\d)\d+", r"\1", " ".join(path[0].split()))
