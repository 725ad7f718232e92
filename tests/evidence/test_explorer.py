"""Figures with controls: the grid of frames, what travels, and what is refused."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from evidence import explore, explorer, figures
from evidence.explorer import _opening, _read_controls, share_lines

figures.use_style()
TEXTS = {"caption": "It depends.", "alt": "Depth {depth}"}


@pytest.fixture(autouse=True)
def no_figure_left_open():
    yield
    open_figures = plt.get_fignums()
    plt.close("all")
    assert open_figures == []


@pytest.fixture
def cheap_frames(monkeypatch):
    """Let a frame's picture be its alternative text, so that it costs nothing."""
    monkeypatch.setattr(figures, "render", lambda fig, fmt, alt: f"<svg {fmt} {alt}>")


def draw(**values):
    """Draw a picture that differs from one combination of values to the next."""
    fig = plt.figure(figsize=(1, 1))
    fig.gca().plot([0, 1], [0, 1])
    return fig, "; ".join(f"{name}={value}" for name, value in values.items())


def test_frames_stand_in_the_order_of_the_controls(cheap_frames):
    widget = explore(draw, caption="x", depth=[1, 2, 3], activation=["relu", "tanh"])
    widget = widget.widget
    assert widget.alts == [
        "depth=1; activation=relu",
        "depth=1; activation=tanh",
        "depth=2; activation=relu",
        "depth=2; activation=tanh",
        "depth=3; activation=relu",
        "depth=3; activation=tanh",
    ]
    for index, alt in enumerate(widget.alts):
        assert widget.picture(index) == f"<svg svg {alt}>"
    for depth in range(3):
        for activation in range(2):
            widget.selection = [depth, activation]
            assert widget.current() == 2 * depth + activation


def test_every_real_frame_is_the_picture_of_its_values():
    def curve(depth, noise):
        fig, ax = figures.subplots(width=2, height=2)
        ax.plot([0, 1, 2], [0, depth, noise])
        return fig

    widget = explore(
        curve, caption="x", alt="{depth} and {noise}", depth=[1, 5], noise=[0.5, 2.0]
    ).widget
    index = 0
    for depth in (1, 5):
        for noise in (0.5, 2.0):
            fig = curve(depth, noise)
            alone = figures.render(fig, "svg", f"{depth} and {noise}")
            plt.close(fig)
            assert widget.picture(index) == alone
            assert ET.fromstring(widget.picture(index)).tag.endswith("svg")
            index += 1
    assert len(widget.frames) == index
    assert sum(map(len, widget.parts)) < 0.8 * sum(
        len(widget.picture(k)) for k in range(index)
    )


def test_controls_carry_readable_names_and_values(cheap_frames):
    controls = {
        "learning_rate": np.array([0.1, 0.30000000000000004]),
        "batch size": np.array([1, 1_234_567]),
        "activation": ("relu", "tanh"),
        "share": range(2),
    }
    shown = explore(draw, caption="x", **controls).widget
    assert shown.controls == [
        {"label": "learning rate", "kind": "slider", "values": ["0.1", "0.3"]},
        {"label": "batch size", "kind": "slider", "values": ["1", "1234567"]},
        {"label": "activation", "kind": "choice", "values": ["relu", "tanh"]},
        {"label": "share", "kind": "slider", "values": ["0", "1"]},
    ]
    assert shown.alts[0] == "learning_rate=0.1; batch size=1; activation=relu; share=0"


def test_draw_gets_plain_python_values(cheap_frames):
    got = []

    def keep(depth):
        got.append(depth)
        return draw(depth=depth)

    explore(keep, caption="x", depth=np.array([1, 2]))
    assert got == [1, 2]
    assert [type(value) for value in got] == [int, int]


def test_the_alternative_text_comes_from_the_template_or_from_draw(cheap_frames):
    def plain(**values):
        return draw()[0]

    spaced = explore(
        plain, caption="x", alt="At {batch size}", **{"batch size": [1, 2]}
    )
    assert spaced.widget.alts == ["At 1", "At 2"]
    both = explore(draw, caption="x", alt="At {depth}", depth=[1, 2])
    assert both.widget.alts == ["depth=1", "depth=2"]


def test_the_opening_frame_is_chosen_by_value(cheap_frames):
    grid = {"depth": [1, 2, 3], "activation": ["relu", "tanh"]}
    assert explore(draw, caption="x", **grid).widget.selection == [0, 0]
    chosen = explore(
        draw, caption="x", start={"activation": "tanh", "depth": 3}, **grid
    )
    assert chosen.widget.selection == [2, 1]
    assert chosen.widget.current() == 5
    partly = explore(draw, caption="x", start={"depth": np.int64(2)}, **grid)
    assert partly.widget.selection == [1, 0]


@given(st.integers(2, 50), st.data())
def test_the_opening_frame_may_differ_by_rounding(parts, data):
    """Not one of the values need be the float that its label says."""
    values = np.linspace(0, 1, parts + 1)
    for place in data.draw(st.sets(st.integers(0, parts), min_size=1)):
        for value in (place / parts, place * (1 / parts), np.float32(values[place])):
            choices = _read_controls({"rate": values})
            assert _opening(choices, {"rate": value}) == [place]


def test_png_frames_are_pictures_in_base64():
    def photograph(brightness):
        fig, ax = figures.subplots(width=2, height=1)
        ax.imshow(np.full((4, 8), brightness), vmin=0, vmax=1)
        return fig

    widget = explore(
        photograph, caption="x", alt="{brightness}", fmt="png", brightness=[0.0, 1.0]
    ).widget
    assert widget.format == "png"
    assert widget.picture(0) != widget.picture(1)
    for index in range(2):
        data = base64.b64decode(widget.picture(index), validate=True)
        assert Image.open(io.BytesIO(data)).size == (320, 160)
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["image/png"] == widget.picture(0)
    assert "image/svg+xml" not in bundle


def test_a_page_without_javascript_gets_the_opening_picture(cheap_frames):
    widget = explore(draw, caption="x", start={"depth": 2}, depth=[1, 2]).widget
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["image/svg+xml"] == widget.picture(1) == "<svg svg depth=2>"
    assert bundle["text/plain"] == repr(widget)
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == widget.model_id


def test_the_text_of_a_widget_never_changes(cheap_frames):
    for _ in range(2):
        shown = explore(draw, caption="x", hidden_units=[1, 2, 3], rate=[0.1, 0.2])
        assert repr(shown.widget) == "FrameExplorer(hidden units, rate; 6 frames)"


def test_the_frames_and_their_script_travel_in_the_state(cheap_frames):
    state = explore(draw, caption="x", depth=[1, 2]).widget.get_state()
    assert {"controls", "parts", "frames", "alts", "format", "selection"} <= set(state)
    assert "export default" in state["_esm"]
    assert "evidence-control" in state["_css"]
    assert not re.search(r"https?://", state["_esm"] + state["_css"])


def test_the_data_of_the_opening_frame_travel_with_the_widget(
    cheap_frames, monkeypatch
):
    seen = []
    for module in (explorer, figures):
        monkeypatch.setattr(module, "display", lambda item, **kw: seen.append(item))
    start = {"depth": 2}
    shown = explore(draw, caption="See.", name="fig-see", start=start, depth=[1, 2])
    shown._ipython_display_()
    bundle, caption = seen
    data = {"caption": "See.", "alt": "depth=2", "name": "fig-see", "format": "svg"}
    assert bundle == {**shown.widget._repr_mimebundle_()[0], figures.MIME: data}
    assert caption["text/html"] == figures.caption_html(data)
    assert figures.CAPTION_MIME in caption


def never(**values):
    raise AssertionError("nothing should be drawn")


@pytest.mark.parametrize(
    ("controls", "error", "message"),
    [
        ({}, ValueError, "at least one control, for example depth="),
        ({"depth": [1]}, ValueError, "'depth' needs at least two values"),
        ({"depth": []}, ValueError, "'depth' needs at least two values"),
        ({"depth": [1, "two"]}, ValueError, "'depth' mixes numbers and strings"),
        ({"depth": [1, 2, 1]}, ValueError, "read the same: 1, 2, 1"),
        ({"depth": [0.1, 0.1 + 1e-12]}, ValueError, "read the same: 0.1, 0.1"),
        ({"depth": 5}, TypeError, "'depth' needs a list of values, not 5 alone"),
        ({"kind": "relu"}, TypeError, "'kind' needs a list .*not 'relu' alone"),
        ({"depth": [1, None]}, TypeError, "'depth' must be numbers or .*not None"),
        (
            {"a": range(7), "b": range(9)},
            ValueError,
            "7 a x 9 b = 63 frames, 3 over the limit of 60: take fewer values",
        ),
        ({"a": range(61)}, ValueError, "61 a = 61 frames, 1 over the limit of 60"),
        ({"depth": [1, 2], "start": {"width": 1}}, ValueError, "'width', which is not"),
        (
            {"depth": [1, 2], "start": {"depth": 3}},
            ValueError,
            "depth = 3 is not among",
        ),
    ],
)
def test_wrong_controls_are_refused_before_anything_is_drawn(controls, error, message):
    with pytest.raises(error, match=message):
        explore(never, caption="x", **controls)


def test_as_many_frames_as_the_limit_are_allowed(cheap_frames):
    widget = explore(draw, caption="x", a=range(6), b=range(10)).widget
    assert len(widget.frames) == explorer.MAX_FRAMES == 60


def test_frames_that_take_too_much_room_are_refused_by_size(monkeypatch):
    pictures = {1: "a" * 300_000, 2: "b" * 200_000}
    monkeypatch.setattr(figures, "render", lambda fig, fmt, alt: pictures[int(alt)])
    with pytest.raises(ValueError, match="take 500,0.. bytes, 50,0.. over the limit"):
        explore(lambda depth: draw()[0], caption="x", alt="{depth}", depth=[1, 2])
    pictures[2] = "b" * 149_000
    explore(lambda depth: draw()[0], caption="x", alt="{depth}", depth=[1, 2])


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (None, "must return a matplotlib figure.* not NoneType"),
        ("text", "not str"),
        (lambda: plt.subplots(), "a figure and its alternative text, not Figure, Axes"),
        (lambda: (plt.figure(), "a", "b"), "not Figure, str, str"),
        (lambda: (), r"not \(\)"),
    ],
)
def test_draw_must_return_a_figure(drawn, message):
    result = drawn() if callable(drawn) else drawn
    with pytest.raises(TypeError, match=message):
        explore(lambda depth: result, caption="x", alt="x", depth=[1, 2])
    plt.close("all")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"caption": " "}, "needs a caption"),
        ({"alt": None}, "needs alternative text"),
        ({"alt": "At {width}"}, "alt names 'width', which is not a control.* depth"),
        ({"name": "look"}, "looks like fig-trials-needed"),
        ({"fmt": "gif"}, "fmt must be 'svg' or 'png', not 'gif'"),
    ],
)
def test_missing_texts_are_refused(texts, message):
    with pytest.raises(ValueError, match=message):
        explore(lambda depth: draw()[0], depth=[1, 2], **{**TEXTS, **texts})
    plt.close("all")


@given(st.lists(st.text(alphabet="ab\n", max_size=12), min_size=1, max_size=6))
def test_shared_lines_give_every_picture_back(pictures):
    parts, frames = share_lines(pictures)
    assert ["\n".join(parts[k] for k in frame) for frame in frames] == pictures
    assert len(set(parts)) == len(parts)
    assert {k for frame in frames for k in frame} == set(range(len(parts)))


def test_what_pictures_share_is_stored_once():
    axes = [f"<path {i}>" for i in range(100)]
    pictures = ["\n".join([*axes, f"<line {i}>", "</svg>"]) for i in range(10)]
    parts, frames = share_lines(pictures)
    assert len(parts) == 12
    assert frames[3] == [0, 5, 2]
    assert sum(map(len, parts)) < 0.12 * sum(map(len, pictures))


def test_lines_that_only_some_pictures_share_are_stored_once_too():
    pictures = [f"{a}\n{b}\n</svg>" for a in ("a0", "a1") for b in ("b0", "b1")]
    parts, frames = share_lines(pictures)
    assert parts == ["a0", "b0", "</svg>", "b1", "a1"]
    assert frames == [[0, 1, 2], [0, 3, 2], [4, 1, 2], [4, 3, 2]]
