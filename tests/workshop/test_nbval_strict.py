"""Pictures, drawings and widgets are compared as a reader sees them."""

import base64
import io
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbval import kernel
from PIL import Image

from tools import nbval_strict

DRAWING = """<svg role="img" aria-label="Curve at 0.5" width="432pt" height="244pt">
 <path d="M 77.05 13.60 L 144.08 50.61 L 211.12 88.10" clip-path="url(#p0123456789)"
 style="fill: none; stroke: #0072b2; stroke-width: 1.6; opacity: 0.2"/>
 <use xlink:href="#m0123456789" x="77.05" y="13.6" style="stroke: #d55e00"/>
 <g transform="translate(69.1 20.5) scale(0.1 -0.1)"/>
 <image xlink:href="data:image/png;base64,@"/>
</svg>
"""


def png(*changes, size=(40, 60), color=200):
    """Return a gray picture, with values set in (rows, columns), as base64."""
    pixels = np.full((*size, 3), color, dtype=np.uint8)
    for rows, columns, value in changes:
        pixels[rows, columns] = value
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


DRAWING = DRAWING.replace("@", png())
SAME = {
    "nothing": ("", ""),
    "coordinate within tolerance": ("144.08", "144.70"),
    "position within tolerance": ('x="77.05"', 'x="76.5"'),
    "shift within tolerance": ("translate(69.1", "translate(69.7"),
    "hashed names": ("0123456789", "abcdef0123"),
    "color by one": ("#0072b2", "#0172b1"),
}
OTHER = {
    "coordinate": ("144.08", "145.08", r"a coordinate moved by 1\.00 points"),
    "position": ('x="77.05"', 'x="79.05"', r"a coordinate moved by 2\.00 points"),
    "shift": ("translate(69.1", "translate(72.1", r"a coordinate moved by 3\.00"),
    "color": ("#0072b2", "#0076b2", "a color changed"),
    "color like a number": ("#d55e00", "#d55e09", "a color changed"),
    "opacity": ("opacity: 0.2", "opacity: 0.7", r"other elements: stored .*0\.2"),
    "width of the line": ("width: 1.6", "width: 1.1", "other elements"),
    "scale": ("scale(0.1", "scale(0.5", "other elements"),
    "alternative text": ("Curve at 0.5", "Curve at 0.6", "other elements"),
    "point more": ("L 211.12 88.10", "L 211.12 88.10 L 212 89", "other elements"),
    "element less": ("<g ", "<h ", "other elements"),
    "embedded picture": (png(), png(color=20), "pixels differ by 180"),
}


@pytest.mark.parametrize("what", SAME)
def test_drawings_that_look_the_same_are_the_same(what):
    assert nbval_strict.svg_difference(DRAWING.replace(*SAME[what]), DRAWING) is None


@pytest.mark.parametrize("what", OTHER)
def test_drawings_that_differ_are_told_apart(what):
    old, text, message = OTHER[what]
    assert old in DRAWING
    found = nbval_strict.svg_difference(DRAWING.replace(old, text, 1), DRAWING)
    assert found and re.search(message, found), found


def test_pictures_are_compared_by_pixels():
    same = nbval_strict.png_difference
    everywhere = png((slice(None), slice(None), 204))
    assert same(png(), png()) is None
    assert same(everywhere, png()) is None, "rounding is forgiven"
    corner = png((slice(0, 8), slice(32, 40), 0))
    assert "near row 0, column 32" in same(corner, png())
    edge = png((slice(34, 40), slice(50, 60), 0))
    assert "near row 32, column 48" in same(edge, png())
    assert "(40, 60), stored is (40, 50)" in same(png(), png(size=(40, 50)))


def model(**changes):
    state = {
        "_view_module_version": "2.0.0",
        "layout": "IPY_MODEL_1",
        "controls": [{"label": "n", "kind": "slider", "values": ["1", "2"]}],
        "alts": ["one", "two"],
        "format": "svg",
        "parts": ["<svg>", '<path d="M 1 2"/>', '<path d="M 9 2"/>'],
        "frames": [[0, 1], [0, 2]],
        "selection": [0],
    }
    return {"model_name": "AnyModel", "state": state | changes}


SAME_STATES = {
    "nothing": {},
    "layout's id": {"layout": "IPY_MODEL_2"},
    "version of the views": {"_view_module_version": "2.1.0"},
    "division into parts": {
        "parts": ['<svg>\n<path d="M 1 2"/>', '<svg>\n<path d="M 9 2"/>'],
        "frames": [[0], [1]],
    },
    "rounding": {"parts": ["<svg>", '<path d="M 1.01 2"/>', '<path d="M 9 2"/>']},
}
OTHER_STATES = {
    "alts": ({"alts": ["one", "three"]}, "its alts changed"),
    "controls": ({"controls": []}, "its controls changed"),
    "selection": ({"selection": [1]}, "its selection changed"),
    "script": ({"_esm": "x"}, "its _esm changed"),
    "frames swapped": ({"frames": [[0, 2], [0, 1]]}, "frame 0: a coordinate moved"),
    "frame missing": ({"frames": [[0, 1]]}, "1 frames, stored are 2"),
    "last frame": ({"frames": [[0, 1], [0, 1]]}, "frame 1: a coordinate moved"),
}


@pytest.mark.parametrize("what", SAME_STATES)
def test_widgets_that_show_the_same_are_the_same(what):
    assert nbval_strict.state_difference(model(**SAME_STATES[what]), model()) is None


@pytest.mark.parametrize("what", OTHER_STATES)
def test_widgets_that_differ_are_told_apart(what):
    changes, message = OTHER_STATES[what]
    found = nbval_strict.state_difference(model(**changes), model())
    assert found and message in found, found


def test_a_widget_s_photographs_are_compared_by_pixels():
    frames = {"format": "png", "frames": [[0], [1]]}
    old = model(**frames, parts=[png(), png(color=50)])
    assert nbval_strict.state_difference(old, old) is None
    other = model(**frames, parts=[png(), png(color=90)])
    assert "frame 1: pixels differ by 40" in nbval_strict.state_difference(other, old)
    slider = {"model_name": "IntSliderModel", "state": {}}
    assert "stored is a AnyModel" in nbval_strict.state_difference(slider, old)


def test_the_data_of_an_output_are_compared(monkeypatch):
    monkeypatch.setattr(nbval_strict, "_different", set())
    mime = "application/vnd.evidence.verdict+json"
    code = new_code_cell("1")
    cell = SimpleNamespace(
        cell=code,
        colors=SimpleNamespace(),
        sanitize=lambda text: text,
        format_output_compare=lambda *parts: cell.comparison_traceback.append(parts),
        parent=SimpleNamespace(
            skip_compare=("metadata",),
            nb=new_notebook(cells=[code]),
            path=Path("book/part/slug.ipynb"),
        ),
    )

    def output(measured):
        data = {"verdict": "holds", "measured": measured}
        return new_output("display_data", {"text/plain": "✓ holds", mime: data})

    compare = nbval_strict.plugin.IPyNbCell.compare_outputs
    assert compare(cell, [output("0.1")], [output("0.1")])
    assert not nbval_strict._different
    assert not compare(cell, [output("0.1")], [output("0.2")])
    where, (named, stored, drawn) = cell.comparison_traceback
    assert where == "In slug, cell [1]:" and named == mime
    assert (stored["measured"], drawn["measured"]) == ("0.2", "0.1")
    assert nbval_strict._different == {"part/slug"}


def test_a_kernel_that_dies_at_its_start_is_started_again(monkeypatch):
    tried = []

    def start(*arguments, **options):
        tried.append(arguments)
        if len(tried) < lives:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return "manager", "client"

    monkeypatch.setattr(nbval_strict, "_start_kernel", start)
    lives = nbval_strict.STARTS
    assert kernel.start_new_kernel(60, "python3") == ("manager", "client")
    assert tried == [(60, "python3")] * lives
    lives = 100
    with pytest.raises(RuntimeError, match="died"):
        kernel.start_new_kernel(60, "python3")
