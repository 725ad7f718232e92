"""Figures: bands, labels, captions, and pictures that come out the same every time."""

import io
import warnings
import xml.etree.ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.display import display
from PIL import Image

from evidence import explore, figures
from evidence.stats import Estimate

figures.use_style()


@pytest.fixture(autouse=True)
def no_figure_left_open():
    yield
    plt.close("all")


@pytest.fixture
def displayed(monkeypatch):
    """Collect what is displayed instead of showing it."""
    seen = []
    monkeypatch.setattr(
        figures, "display", lambda data, **kw: seen.append((data, kw)), raising=True
    )
    return seen


def curve(slope=1.0):
    fig, ax = figures.subplots()
    ax.plot([0, 1, 2], [0, slope, 3], label="measured <a> & b")
    return fig


def luminance(color: str) -> float:
    """Relative luminance, as the Web Content Accessibility Guidelines define it."""
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_every_color_stands_out_from_white():
    for color in (*figures.COLORS, figures.GRAY):
        assert 1.05 / (luminance(color) + 0.05) >= 3, color


def test_series_are_told_apart_without_color():
    assert len(figures.COLORS) == len(figures.MARKERS) == len(figures.LINES) == 7
    assert len(set(figures.COLORS)) == len(set(figures.MARKERS)) == 7
    assert len(set(map(str, figures.LINES))) == 7
    _, ax = figures.subplots()
    lines = [ax.plot([0, 1])[0] for _ in range(3)]
    assert [line.get_color() for line in lines] == list(figures.COLORS[:3])
    assert {line.get_marker() for line in lines} == {"None"}  # of measured points only
    assert [line.get_linestyle() for line in lines] == list(figures.LINES[:3])


# --- Characters that the book's font lacks ------------------------------------------


def labeled(text):
    fig, ax = figures.subplots()
    ax.plot([1, 2], label=f"{text}ρ")
    ax.set(title=f"{text}0")
    figures.label_lines(ax)
    return fig


@pytest.fixture
def fonts(monkeypatch):
    """Let other fonts than the usual ones draw what the book's font lacks."""
    with mpl.rc_context():

        def use(*names):
            monkeypatch.setattr(figures, "CJK_FONTS", names)
            figures.use_style()

        yield use


@pytest.mark.parametrize("fmt", ["svg", "png"])
def test_one_message_says_which_font_is_missing(fonts, displayed, fmt):
    fonts("No Such Font")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        figures.show(labeled("学习"), caption="c", alt="a", fmt=fmt)
    (warning,) = heard
    assert str(warning.message).startswith("no font here draws 学习: boxes stand")
    assert "apt-get install fonts-noto-cjk" in str(warning.message)
    assert warning.filename == __file__


def test_all_frames_together_give_one_message(fonts, monkeypatch):
    fonts("No Such Font")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        explore(labeled, caption="c", alt="a", text=["学", "习", "x"])
    said = [str(w.message)[:25] for w in heard if w.category is UserWarning]
    assert said == ["no font here draws 学习: bo"]


def test_other_warnings_are_heard_as_ever(recwarn):
    with figures.one_warning_of_missing_fonts():
        warnings.warn("far too many bins", RuntimeWarning, stacklevel=1)
    (warning,) = recwarn
    assert (warning.category, warning.filename) == (RuntimeWarning, __file__)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning), figures.one_warning_of_missing_fonts():
            warnings.warn("far too many bins", RuntimeWarning, stacklevel=1)


def test_a_font_that_is_there_draws_what_the_books_font_lacks(fonts, recwarn):
    without = figures.render(labeled("x"))
    fonts("No Such Font", "STIXNonUnicode")  # stands in for one of Chinese
    assert figures.render(labeled("x")) == without
    figures.render(labeled("\ue000"))
    assert not len(recwarn)


def test_subplots_have_the_size_asked_for():
    fig, axes = figures.subplots(1, 2, width=5, height=2, sharey=True)
    assert tuple(fig.get_size_inches()) == (5, 2)
    assert axes.shape == (2,)


def test_a_band_draws_values_and_intervals():
    _, ax = figures.subplots()
    estimates = [Estimate(1, 0.5, 2, 9), Estimate(3, 2.5, 3.25, 9)]
    line = figures.band(ax, [10, 20], estimates, label="gap", index=1)
    assert line.get_xdata().tolist() == [10, 20]
    assert line.get_ydata().tolist() == [1, 3]
    assert line.get_label() == "gap"
    assert (line.get_color(), line.get_marker()) == (
        figures.COLORS[1],
        figures.MARKERS[1],
    )
    (shade,) = ax.collections
    corners = {tuple(corner) for corner in shade.get_paths()[0].vertices.tolist()}
    assert {(10, 0.5), (10, 2), (20, 2.5), (20, 3.25)} <= corners
    assert shade.get_alpha() < 0.5


def test_a_band_takes_the_next_style_or_the_one_given():
    _, ax = figures.subplots()
    estimates = [Estimate(1, 0, 2, 9)] * 2
    first = figures.band(ax, [0, 1], estimates)
    second = figures.band(ax, [0, 1], estimates)
    ninth = figures.band(ax, [0, 1], estimates, index=8)
    black = figures.band(ax, [0, 1], estimates, index=8, color="black", marker="x")
    other = figures.band(ax, [0, 1], estimates, color="black")
    bands = first, second, ninth, black, other
    colors = [line.get_color() for line in bands]
    assert colors == [*figures.COLORS[:2], figures.COLORS[1], "black", "black"]
    assert [line.get_marker() for line in bands] == ["o", "s", "s", "x", "o"]
    assert black.get_linestyle() == figures.LINES[1]


def test_a_band_refuses_bare_numbers_and_missing_estimates():
    _, ax = figures.subplots()
    with pytest.raises(TypeError, match=r"needs Estimates .*evidence.stats.*not float"):
        figures.band(ax, [0, 1], [1.0, 2.0])
    with pytest.raises(ValueError, match="3 positions but 1 estimates"):
        figures.band(ax, [0, 1, 2], [Estimate(1, 0, 2, 9)])


def label_heights(ax) -> dict[str, float]:
    """Return the heights of the labels' middles in points, as drawn."""
    ax.figure.draw_without_rendering()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    return {
        name: (box.y0 + box.y1) / 2 * 72 / ax.figure.dpi for name, box in boxes.items()
    }


def test_labels_stand_at_the_ends_of_their_lines():
    _, ax = figures.subplots()
    ax.plot([0, 1, 2], [0, 50, 100], label="up")
    ax.plot([0, 1, 2], [100, 50, np.nan], label="half")
    ax.plot([0, 2], [0, 0])  # has no name
    ax.plot([], [], label="empty")
    figures.label_lines(ax)
    assert {text.get_text(): text.xy for text in ax.texts} == {
        "up": (2, 100),
        "half": (1, 50),
    }
    assert [text.get_color() for text in ax.texts] == list(figures.COLORS[1::-1])
    heights, dpi = label_heights(ax), ax.figure.dpi
    for name, end in {"up": (2, 100), "half": (1, 50)}.items():
        assert abs(heights[name] - ax.transData.transform(end)[1] * 72 / dpi) < 2


@pytest.mark.parametrize("axis", ["x", "y"])
def test_on_a_logarithmic_axis_a_line_ends_above_zero(axis):
    _, ax = figures.subplots()
    falling, counts = [4, 2, 1, 0, -3], [1, 2, 3, 4, 5]
    x, y = (falling, counts) if axis == "x" else (counts, falling)
    ax.plot(x, y, label="falls")
    ax.plot(np.zeros(5), y, label="nowhere") if axis == "x" else None
    ax.set(**{f"{axis}scale": "log"})
    figures.label_lines(ax)
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("falls", (x[2], y[2]))
    ]
    (height,), box = label_heights(ax).values(), ax.figure.bbox
    assert 0 < height < box.height * 72 / ax.figure.dpi


@pytest.mark.parametrize("ends", [(1000, 1000.5, 1001), (5, 5, 5), (0, 400, 1000)])
def test_labels_do_not_overlap(ends):
    _, ax = figures.subplots()
    for end in ends:
        ax.plot([0, 1], [0, end], label=f"{len(ax.lines)}: {end}")
    figures.label_lines(ax)
    heights = list(label_heights(ax).values())
    assert len(heights) == 3
    assert (np.diff(heights) > 10).all()
    if ends == (0, 400, 1000):  # far apart: nothing needs to move
        assert all(abs(text.xyann[1]) < 0.01 for text in ax.texts)


def test_an_svg_is_the_same_every_time_and_only_its_own():
    assert figures.render(curve()) == figures.render(curve())
    assert figures.render(curve()) != figures.render(curve(slope=2))


def test_an_svg_is_tidy_and_says_what_it_shows():
    alt = "Loss <falls> & \"stays\" at 'zero'"
    svg = figures.render(curve(), alt=alt)
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == alt
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>\n")
    for noise in ("<metadata", "<!--", "<?xml", "dc:date", "matplotlib.org"):
        assert noise not in svg
    assert "role" not in ET.fromstring(figures.render(curve())).attrib


def test_shortened_paths_stay_within_a_hundredth_of_a_point():
    fig, ax = figures.subplots()
    ax.plot(np.linspace(0, 1, 50), np.sin(np.linspace(0, 9, 50)))
    buffer = io.BytesIO()
    fig.savefig(buffer, format="svg")
    whole, short = (ET.fromstring(s) for s in (buffer.getvalue(), figures.render(fig)))

    def numbers(root) -> list[str]:
        paths = [
            element.attrib["d"] for element in root.iter() if "d" in element.attrib
        ]
        return [word for word in " ".join(paths).split() if not word.isalpha()]

    assert len(numbers(whole)) > 100
    np.testing.assert_allclose(
        np.array(numbers(short), dtype=float),
        np.array(numbers(whole), dtype=float),
        atol=0.01,
    )
    assert max(len(word.partition(".")[2]) for word in numbers(short)) == 2


def test_a_png_has_few_colors_and_twice_the_resolution():
    def photograph():
        fig, ax = figures.subplots(width=3, height=2)
        ax.imshow(np.random.default_rng(0).random((60, 90, 3)))
        return fig

    data = figures.render(photograph(), "png")
    assert data == figures.render(photograph(), "png")
    picture = Image.open(io.BytesIO(data))
    assert picture.size == (480, 320)
    assert len(picture.convert("RGB").getcolors(maxcolors=10_000)) <= 128


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="fmt must be 'svg' or 'png', not 'jpg'"):
        figures.render(curve(), "jpg")


def test_show_displays_the_picture_with_its_data_and_then_the_caption(displayed):
    fig = curve()
    figures.show(fig, caption="It <rises>.", alt="A rising line", name="fig-rise")
    (picture, how), (caption, _) = displayed
    data = {"caption": "It <rises>.", "alt": "A rising line", "name": "fig-rise"}
    assert picture[figures.MIME] == {**data, "format": "svg"}
    assert picture["text/plain"] == "Figure fig-rise: It <rises>."
    assert 'aria-label="A rising line"' in picture["image/svg+xml"]
    assert how == {"raw": True, "metadata": {}}
    assert caption == {  # for the eye alone: all there is to read is in the data
        "text/html": figures.caption_html(data),
        "text/plain": data["caption"],
        figures.CAPTION_MIME: {},
    }
    assert not plt.fignum_exists(fig.number)


def test_show_displays_a_png_at_its_size_on_the_page(displayed):
    fig, _ = figures.subplots(width=5, height=2)
    figures.show(fig, caption="A photograph.", alt="A cat", fmt="png")
    (picture, how), _ = displayed
    assert picture["image/png"].startswith(b"\x89PNG")
    assert how["metadata"] == {"image/png": {"width": 480}}
    assert picture["text/plain"] == "Figure A photograph."
    assert picture[figures.MIME]["name"] is None
    assert picture[figures.MIME]["format"] == "png"


def test_show_takes_what_the_notebook_can_display(capsys):
    figures.show(curve(), caption="It rises.", alt="A rising line")
    assert "It rises." in capsys.readouterr().out
    assert figures.display is display


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"caption": ""}, "needs a caption: one sentence"),
        ({"caption": "  "}, "needs a caption"),
        ({"caption": None}, "needs a caption"),
        ({"alt": ""}, "needs alternative text"),
        ({"alt": "\n"}, "needs alternative text"),
        ({"name": "rise"}, "looks like fig-trials-needed, not 'rise'"),
        ({"name": "fig-Rise"}, "looks like fig-trials-needed"),
        ({"name": 'fig-a" onload="x'}, "looks like fig-trials-needed"),
        ({"fmt": "pdf"}, "fmt must be"),
    ],
)
def test_show_refuses_missing_texts(displayed, texts, message):
    texts = {"caption": "It rises.", "alt": "A rising line", **texts}
    with pytest.raises(ValueError, match=message):
        figures.show(curve(), **texts)
    assert displayed == []


printable = st.text(st.characters(exclude_categories=["C"]), min_size=1)


@given(printable)
def test_a_caption_survives_as_html(caption):
    element = ET.fromstring(figures.caption_html({"caption": caption}))
    assert (element.text, len(element)) == (caption, 0)
