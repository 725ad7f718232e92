"""A pytest plugin that lets nbval see what it passes over.

nbval compares text. It does not look at pictures, at the state of widgets (which is
the notebook's metadata) or at cells that were stored without being run. This plugin
compares them too: PNGs by pixels, SVGs number by number within a small tolerance,
widget models as trees without their ids.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty

import numpy as np
import pytest
from nbval import kernel, plugin
from PIL import Image

from tools.editors import lean
from tools.notebooks import VIEW, code_cells, models_of, tags_of

os.environ["EVIDENCE_STORED"] = "1"  # as where the outputs were stored

# Other processors round the last digits differently; what a reader sees may not change.
BLOCK = 16  # pixels; pictures are compared block by block, so that small changes count
PIXEL_TOLERANCE = 12.0  # mean absolute difference of 8-bit values in a block
SVG_TOLERANCE = 0.75  # points
COLOR_TOLERANCE = 2.0  # of 255
SVG = "image/svg+xml"
# What is compared with a tolerance in a drawing; everything else is compared as text.
LENGTHS = "d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|points|viewBox"
GEOMETRY = re.compile(rf'(?<= )(?:{LENGTHS})="[^"]*"|translate\([^)]*\)')
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[-+]?\d+)?")
COLOR = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b")
EMBEDDED = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
CONTENT_ID = re.compile(r"\b[a-zA-Z]{1,2}[0-9a-f]{10}\b")  # matplotlib's hashed ids
ASK_STATE = """
def _dump():
    import json
    from ipywidgets import Widget
    print(json.dumps(Widget.get_manager_state(drop_defaults=False)))
_dump(); del _dump
"""


def svg_difference(new: str, old: str) -> str | None:
    """Return how two SVG drawings differ, or None if they look the same."""
    (text_a, places_a, colors_a, pictures_a) = _parts_of_drawing(new)
    (text_b, places_b, colors_b, pictures_b) = _parts_of_drawing(old)
    if text_a != text_b:
        return f"the drawing has other elements: {_first_change(text_a, text_b)}"
    apart = np.abs(places_a - places_b) / np.maximum(1, np.abs(places_b) / 1000)
    if apart.max(initial=0) > SVG_TOLERANCE:
        return f"a coordinate moved by {apart.max():.2f} points"
    if np.abs(colors_a - colors_b).max(initial=0) > COLOR_TOLERANCE:
        return "a color changed"
    for a, b in zip(pictures_a, pictures_b, strict=True):
        if difference := png_difference(a, b):
            return difference
    return None


def _parts_of_drawing(svg: str):
    """Split a drawing into its text, its coordinates, its colors and its pictures."""
    places, colors = [], []

    def take_numbers(match) -> str:
        places.extend(float(number) for number in NUMBER.findall(match[0]))
        return NUMBER.sub("0", match[0])

    def take_color(match) -> str:
        colors.extend(int(channel, 16) for channel in match.groups())
        return "#"

    pictures = EMBEDDED.findall(svg)
    text = CONTENT_ID.sub("id", EMBEDDED.sub("picture", svg))
    text = COLOR.sub(take_color, GEOMETRY.sub(take_numbers, text))
    return text, np.array(places), np.array(colors), pictures


def _first_change(new: str, old: str) -> str:
    """Return where two texts part, stored and new."""
    at = next(
        (k for k, (a, b) in enumerate(zip(new, old, strict=False)) if a != b),
        min(len(new), len(old)),
    )
    a, b = (text[max(0, at - 30) : at + 30] for text in (new, old))
    return f"stored ...{b!r}..., drawn ...{a!r}..."


def png_difference(new: str, old: str) -> str | None:
    """Return how two PNGs (base64) differ, or None if they look the same."""
    a, b = (
        np.asarray(
            Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"), dtype=float
        )
        for data in (new, old)
    )
    if a.shape != b.shape:
        return f"the picture is {a.shape[:2]}, stored is {b.shape[:2]}"
    apart = np.abs(a - b).mean(axis=2)
    height, width = apart.shape
    apart = np.pad(apart, ((0, -height % BLOCK), (0, -width % BLOCK)))
    blocks = apart.reshape(apart.shape[0] // BLOCK, BLOCK, -1, BLOCK).mean(axis=(1, 3))
    if blocks.max() > PIXEL_TOLERANCE:
        row, column = np.unravel_index(blocks.argmax(), blocks.shape)
        return (
            f"pixels differ by {blocks.max():.0f} of 255 near row {row * BLOCK}, "
            f"column {column * BLOCK}"
        )
    return None


COMPARE = {SVG: svg_difference, "image/png": png_difference}


def state_difference(new: dict, old: dict) -> str | None:
    """Return how two widget models differ, or None if they show the same."""
    if new["model_name"] != old["model_name"]:
        return f"it is a {new['model_name']}, stored is a {old['model_name']}"
    a, b = lean(new)["state"], lean(old)["state"]
    for key in sorted((a.keys() | b.keys()) - {"parts", "frames", "layout", "tooltip"}):
        if not key.endswith("_version") and a.get(key) != b.get(key):
            return f"its {key} changed"
    if len(a.get("frames", [])) != len(b.get("frames", [])):
        return f"{len(a['frames'])} frames, stored are {len(b['frames'])}"
    compare = COMPARE[SVG if a.get("format") == "svg" else "image/png"]
    for number in range(len(a.get("frames", []))):
        pictures = [
            "\n".join(s["parts"][k] for k in s["frames"][number]) for s in (a, b)
        ]
        if difference := compare(*pictures):
            return f"frame {number}: {difference}"
    return None


def _pictures(outputs) -> list[tuple[str, str]]:
    """Return the kind and the data of each picture among a cell's outputs."""
    return [
        (mime, output["data"][mime])
        for output in outputs
        for mime in COMPARE
        if mime in output.get("data", {})
    ]


def _views(outputs) -> list[str]:
    """Return the model id of each widget that a cell's outputs show."""
    data = [output.get("data", {}) for output in outputs]
    return [item[VIEW]["model_id"] for item in data if VIEW in item]


def _kernel_states(cell) -> dict:
    """Ask the running kernel for its widget models."""
    request = cell.parent.kernel.execute_cell_input(ASK_STATE, allow_stdin=False)
    text = ""
    while True:
        try:
            message = cell.parent.get_kernel_message(timeout=30)
        except Empty:
            raise RuntimeError("the kernel did not tell its widget state") from None
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "stream":
            text += message["content"]["text"]
        if message["content"].get("execution_state") == "idle":
            return json.loads(text)["state"]


def _differences(cell, test, ref) -> Iterator[str]:
    """Yield how pictures and widgets differ from the stored ones (``ref``)."""
    new, old = _pictures(test), _pictures(ref)
    if [mime for mime, _ in new] != [mime for mime, _ in old]:
        yield f"{len(old)} stored pictures, {len(new)} drawn, or of other kinds"
    else:
        for number, ((mime, a), (_, b)) in enumerate(zip(new, old, strict=True), 1):
            if difference := COMPARE[mime](a, b):
                yield f"picture {number}: {difference}"
    new_views, old_views = _views(test), _views(ref)
    if len(new_views) != len(old_views):
        yield f"{len(old_views)} stored widgets, {len(new_views)} created"
    elif new_views:
        stored, states = models_of(cell.parent.nb), _kernel_states(cell)
        for a, b in zip(new_views, old_views, strict=True):
            if b not in stored:
                yield "the widget's state is not stored in the notebook"
            elif difference := state_difference(states[a], stored[b]):
                yield f"the widget: {difference}"


_different: set[str] = set()  # chapters whose outputs are not those stored
_compare_text = plugin.IPyNbCell.compare_outputs


def _compare_outputs(cell, test, ref, skip_compare=None) -> bool:
    """Compare texts as nbval does, and what it does not look at as it should be."""
    skip = (*(skip_compare or cell.parent.skip_compare), SVG, "image/png", VIEW)
    same = _compare_text(cell, test, ref, skip_compare=skip)
    found = list(_differences(cell, test, ref))
    if found or not same:
        _different.add(f"{cell.parent.path.parent.name}/{cell.parent.path.stem}")
        cell.comparison_traceback[:0] = [f"In {_where(cell)}:", *found]
    return same and not found


def _where(cell) -> str:
    """Return the chapter and the number of a cell, for messages."""
    for number, item in code_cells(cell.parent.nb):
        if item is cell.cell:
            return f"{cell.parent.path.stem}, cell [{number}]"
    return cell.parent.path.stem


_collect_from_zero = plugin.IPyNbFile.collect


def _collect(notebook):
    """Yield the cells numbered from 1, as the reader of the notebook sees them.

    Of a handout those are compared that are tagged ``compare``.
    """
    for item in _collect_from_zero(notebook):
        if "handout" in tags_of(notebook.nb):
            item.options["check"] = "compare" in item.cell.metadata.get("tags", [])
        number = item.cell_num + 1
        yield plugin.IPyNbCell.from_parent(
            notebook,
            name=f"cell [{number}]",
            cell_num=number,
            cell=item.cell,
            options=item.options,
        )


STARTS = 3  # of a kernel
_start_kernel = kernel.start_new_kernel


def _start_again(*arguments, **options):
    """Start a kernel, another one if it dies.

    Its ports are chosen before it takes them; now and then another process is faster.
    """
    for _ in range(STARTS - 1):
        with suppress(RuntimeError):
            return _start_kernel(*arguments, **options)
    return _start_kernel(*arguments, **options)


# nbval has no hook for any of these.
kernel.start_new_kernel = _start_again
plugin.IPyNbCell.compare_outputs = _compare_outputs
plugin.IPyNbFile.collect = _collect


def pytest_terminal_summary(terminalreporter) -> None:
    """Name, once, the command that stores outputs that other versions may have made."""
    for name in sorted(_different):
        said = f"If the code is right, store what it prints: make run CHAPTER={name}"
        terminalreporter.write_line(said)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    """Fail a cell that was stored unrun, and stop a chapter at a cell that raises.

    Names that such a cell did not make would be missed by all that follow.
    """
    if not isinstance(item, plugin.IPyNbCell):
        return (yield)
    if stopped := getattr(item.parent, "stopped", None):
        pytest.skip(f"{stopped} ended in an error")
    unrun = item.cell.execution_count is None and item.cell.source.strip()
    if unrun and item.options["check"]:
        item.raise_cell_error(f"{_where(item)}: stored without having been run", "")
    try:
        return (yield)
    except Exception as error:
        if not str(error).startswith("Cell outputs differ"):
            item.parent.stopped = _where(item)
        raise
