"""The checker of ``tasks.js``, asked as a page would ask it."""

import json
from functools import cache
from pathlib import Path

from py_mini_racer import MiniRacer

from evidence import tasks


@cache
def _engine() -> MiniRacer:
    code = (Path(tasks.__file__).parent / "tasks.js").read_text("utf8")
    engine = MiniRacer()
    engine.eval(code.replace("export default", "globalThis.widget ="))
    return engine


def grade(task: dict, answer) -> tuple[str, str]:
    """Return state and message of an answer."""
    said = _call("grade", json.loads(json.dumps(task)), answer)
    return said["state"], said["message"]


def parse(task: dict, text: str):
    """Return what is made of a typed answer."""
    return _call("parse", task, text)


def _call(name: str, *arguments):
    inside = ", ".join(map(json.dumps, arguments))
    return json.loads(_engine().eval(f"JSON.stringify({name}({inside}))"))
