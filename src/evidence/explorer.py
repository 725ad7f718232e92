"""Interactive figures that keep working on a page without a kernel.

Every combination of the controls is drawn once. The frames travel in the widget's
state together with the few lines of JavaScript that show them.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import anywidget
import matplotlib.pyplot as plt
import traitlets
from IPython.display import display

from evidence import figures

MAX_FRAMES = 60
MAX_BYTES = 450_000
_HERE = Path(__file__).parent


class FrameExplorer(anywidget.AnyWidget):
    """Native controls and one picture; each combination of values has its frame."""

    _esm = (_HERE / "explorer.js").read_text(encoding="utf8")
    _css = (_HERE / "explorer.css").read_text(encoding="utf8")
    controls = traitlets.List().tag(sync=True)  # {"label", "kind", "values"} each
    parts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    frames = traitlets.List().tag(sync=True)  # indices into parts, a list a frame
    alts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    format = traitlets.Unicode("svg").tag(sync=True)
    selection = traitlets.List(traitlets.Int()).tag(sync=True)  # a position a control

    def __repr__(self) -> str:
        names = ", ".join(control["label"] for control in self.controls)
        return f"FrameExplorer({names}; {len(self.frames)} frames)"

    def current(self) -> int:
        """Return the index of the frame that the selection shows."""
        index = 0
        for control, chosen in zip(self.controls, self.selection, strict=True):
            index = index * len(control["values"]) + chosen
        return index

    def picture(self, index: int) -> str:
        """Return a frame: SVG text, or a PNG as base64."""
        return "\n".join(self.parts[k] for k in self.frames[index])

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        opening = self.picture(self.current())
        mime = "image/svg+xml" if self.format == "svg" else "image/png"
        # What GitHub, print and a page without JavaScript show.
        return {**data, "text/plain": repr(self), mime: opening}, metadata


class Explorer:
    """What :func:`explore` returns: the widget with its caption."""

    def __init__(self, widget: FrameExplorer, caption: str, name: str | None):
        self.widget = widget
        self.caption = caption
        self.name = name

    def _ipython_display_(self) -> None:
        widget = self.widget
        alt = widget.alts[widget.current()]
        data = figures.describe(self.caption, alt, self.name, widget.format)
        bundle, metadata = widget._repr_mimebundle_()
        display({**bundle, figures.MIME: data}, raw=True, metadata=metadata)
        figures.show_caption(data)


def explore(
    draw: Callable,
    *,
    caption: str,
    alt: str | None = None,
    name: str | None = None,
    fmt: str = "svg",
    start: dict | None = None,
    **controls: Iterable,
) -> Explorer:
    """Let the reader turn the knobs of a figure, with or without a kernel.

    Parameters
    ----------
    draw : callable
        ``draw(**values)`` returns a matplotlib figure, or a figure and its
        alternative text.
    caption : str
        One sentence that says what to look for.
    alt : str, optional
        Template of the alternative text, for example ``"Loss at depth {depth}"``;
        needed unless ``draw`` returns the text.
    name : str, optional
        Label for references, ``fig-...``.
    fmt : {"svg", "png"}
        Format of the frames; ``"png"`` for photographs.
    start : dict, optional
        Values of the opening frame, by what the reader sees of them: 0.3 is 3 * 0.1.
        By default each control's first value. Choose a frame that is a complete figure
        by itself: print shows it.
    **controls : iterable
        Name -> values, all different. Numbers become a slider, strings a choice. At
        most ``MAX_FRAMES`` combinations and ``MAX_BYTES`` bytes in all.

    Returns
    -------
    Explorer
        Shows the widget; make it the last expression of its cell.

    Raises
    ------
    ValueError
        If there is no control, one has fewer than two values or the same label twice,
        there are too many frames or bytes (the message says by how much), a starting
        value is not among the control's values, ``alt`` names something that is not a
        control, or a text is missing.
    TypeError
        If ``draw`` does not return a figure, or a control's values are not numbers or
        strings in a list.
    """
    choices = _read_controls(controls)
    combinations = list(itertools.product(*choices.values()))
    if len(combinations) > MAX_FRAMES:
        sizes = " x ".join(f"{len(v)} {k}" for k, v in choices.items())
        raise ValueError(
            f"{sizes} = {len(combinations)} frames, {len(combinations) - MAX_FRAMES} "
            f"over the limit of {MAX_FRAMES}: take fewer values"
        )
    selection = _opening(choices, start or {})
    pictures, alts = [], []
    with figures.one_warning_of_missing_fonts():
        for values in combinations:
            named = dict(zip(choices, values, strict=True))
            picture, text = _draw_frame(draw, named, alt, fmt)
            figures.check_texts(caption, text, name)
            pictures.append(picture)
            alts.append(text)
    parts, frames = share_lines(pictures)
    widget = FrameExplorer(
        controls=[
            {
                "label": label.replace("_", " "),
                "kind": _kind(label, values[0]),
                "values": [_label(value) for value in values],
            }
            for label, values in choices.items()
        ],
        parts=parts,
        frames=frames,
        alts=alts,
        format=fmt,
        selection=selection,
    )
    size = len(json.dumps([parts, frames, alts]))
    if size > MAX_BYTES:
        raise ValueError(
            f"the frames take {size:,} bytes, {size - MAX_BYTES:,} over the limit of "
            f"{MAX_BYTES:,}: draw less, or take fewer values"
        )
    return Explorer(widget, caption, name)


def share_lines(pictures: list[str]) -> tuple[list[str], list[list[int]]]:
    """Store the lines that pictures share only once.

    Frames of one figure differ in a few lines of SVG; axes and labels recur.

    Parameters
    ----------
    pictures : list of str
        The pictures' text.

    Returns
    -------
    parts : list of str
        Runs of lines, each stored once.
    frames : list of list of int
        For each picture the runs it is made of, in order; joined by newlines they
        give the picture back.
    """
    owners: dict[str, set[int]] = {}
    for number, picture in enumerate(pictures):
        for line in picture.split("\n"):
            owners.setdefault(line, set()).add(number)
    parts: dict[str, int] = {}
    frames = []
    for picture in pictures:
        # A run ends where the set of pictures that share the line changes.
        runs = itertools.groupby(picture.split("\n"), key=lambda line: owners[line])
        texts = ["\n".join(lines) for _, lines in runs]
        frames.append([parts.setdefault(text, len(parts)) for text in texts])
    return list(parts), frames


def _read_controls(controls: dict[str, Iterable]) -> dict[str, list]:
    if not controls:
        raise ValueError("name at least one control, for example depth=range(1, 31, 3)")
    choices = {}
    for label, values in controls.items():
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise TypeError(
                f"control {label!r} needs a list of values, not {values!r} alone"
            )
        values = [_plain(value) for value in values]
        if len(values) < 2:
            raise ValueError(f"control {label!r} needs at least two values")
        kinds = {_kind(label, value) for value in values}
        if len(kinds) > 1:
            raise ValueError(f"control {label!r} mixes numbers and strings")
        labels = [_label(value) for value in values]
        if len(set(labels)) < len(labels):
            raise ValueError(
                f"control {label!r} has two values that read the same: "
                f"{', '.join(labels)}"
            )
        choices[label] = values
    return choices


def _plain(value):
    """Return a number as Python has it."""
    return value.item() if hasattr(value, "item") else value


def _kind(label: str, value) -> str:
    if isinstance(value, str):
        return "choice"
    if isinstance(value, (int, float)):
        return "slider"
    raise TypeError(
        f"the values of control {label!r} must be numbers or strings, not {value!r}"
    )


def _label(value) -> str:
    """Write a value as the reader sees it beside the control."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _draw_frame(draw, named: dict, alt: str | None, fmt: str) -> tuple[str, str]:
    drawn = draw(**named)
    items = drawn if isinstance(drawn, tuple) else (drawn,)
    expected = (plt.Figure, str)
    if len(items) not in (1, 2) or not all(map(isinstance, items, expected)):
        raise TypeError(
            "draw must return a matplotlib figure, or a figure and its alternative "
            f"text, not {', '.join(type(item).__name__ for item in items) or '()'}"
        )
    fig, *rest = items
    try:
        text = rest[0] if rest else (alt or "").format(**named)
    except (KeyError, IndexError) as error:
        raise ValueError(
            f"alt names {error}, which is not a control; the controls are "
            f"{', '.join(named)}"
        ) from None
    picture = figures.render(fig, fmt, text)
    plt.close(fig)
    if fmt == "png":
        picture = base64.b64encode(picture).decode()
    return picture, text


def _opening(choices: dict[str, list], start: dict) -> list[int]:
    """Return the place of each control's first value, by what the reader sees of it."""
    places = dict.fromkeys(choices, 0)
    for label, value in start.items():
        if label not in choices:
            raise ValueError(f"start names {label!r}, which is not a control")
        seen = [_label(choice) for choice in choices[label]]
        if _label(_plain(value)) not in seen:
            raise ValueError(f"start: {label} = {value!r} is not among its values")
        places[label] = seen.index(_label(_plain(value)))
    return list(places.values())
