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
import re
from queue import Empty

import numpy as np
import pytest
from nbval import plugin
from PIL import Image

from tools.notebooks import STATE, VIEW, code_cells

PIXEL_TOLERANCE = 2.0  # mean absolute difference of 8-bit values
SVG_TOLERANCE = 0.75  # points; other processors round the last digits differently
SVG = "image/svg+xml"
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
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
    new, old = CONTENT_ID.sub("id", new), CONTENT_ID.sub("id", old)
    if NUMBER.sub("0", new) != NUMBER.sub("0", old):
        return "the drawing has other elements"
    a = np.array(NUMBER.findall(new), dtype=float)
    b = np.array(NUMBER.findall(old), dtype=float)
    apart = np.abs(a - b) / np.maximum(1, np.abs(b) / 1000)
    if len(a) and apart.max() > SVG_TOLERANCE:
        return f"a coordinate moved by {apart.max():.2f} points"
    return None


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
    apart = np.abs(a - b).mean()
    return f"pixels differ by {apart:.1f} of 255" if apart > PIXEL_TOLERANCE else None


COMPARE = {SVG: svg_difference, "image/png": png_difference}


def state_difference(new: dict, old: dict) -> str | None:
    """Return how two widget models differ, or None if they show the same."""
    if new["model_name"] != old["model_name"]:
        return f"it is a {new['model_name']}, stored is a {old['model_name']}"
    a, b = new["state"], old["state"]
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
    return [
        (mime, output["data"][mime])
        for output in outputs
        for mime in COMPARE
        if mime in output.get("data", {}) and VIEW not in output["data"]
    ]


def _views(outputs) -> list[str]:
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


def _differences(cell, test, ref):
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
        stored = cell.parent.nb.metadata.get("widgets", {}).get(STATE, {})
        states = _kernel_states(cell)
        for a, b in zip(new_views, old_views, strict=True):
            if b not in stored.get("state", {}):
                yield "the widget's state is not stored in the notebook"
            elif difference := state_difference(states[a], stored["state"][b]):
                yield f"the widget: {difference}"


_compare_text = plugin.IPyNbCell.compare_outputs


def _compare_outputs(cell, test, ref, skip_compare=None) -> bool:
    skip = (*(skip_compare or cell.parent.skip_compare), SVG, "image/png", VIEW)
    same = _compare_text(cell, test, ref, skip_compare=skip)
    found = list(_differences(cell, test, ref))
    if found or not same:
        cell.comparison_traceback[:0] = [f"In {_where(cell)}:", *found]
    return same and not found


def _where(cell) -> str:
    for number, item in code_cells(cell.parent.nb):
        if item is cell.cell:
            return f"{cell.parent.path.stem}, cell [{number}]"
    return cell.parent.path.stem


plugin.IPyNbCell.compare_outputs = _compare_outputs


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item) -> None:
    """Fail a cell that was stored without having been run."""
    if not isinstance(item, plugin.IPyNbCell) or not item.options["check"]:
        return
    if item.cell.execution_count is None and item.cell.source.strip():
        item.raise_cell_error(f"{_where(item)}: stored without having been run", "")
