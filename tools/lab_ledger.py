"""Write the ledger that JupyterLab shows: ``python -m tools.lab_ledger``.

It goes beside the extension that shows it (``.binder/settings``). Needs nothing but the
package, for Binder has nothing else of the tools' or the site's.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from evidence.cards import MARKS, Sayings, Verdict

ROOT = Path(__file__).resolve().parents[1]
EXTENSION = "share/jupyter/labextensions/deep-learning-in-evidence"


def judged(data: dict) -> list[dict]:
    """Return the data of each verdict that an output shows."""
    rows = data.get(Sayings.mime, {"rows": []})["rows"]
    return [*rows, data[Verdict.mime]] if Verdict.mime in data else rows


def chapters(root: Path = ROOT) -> list[dict]:
    """Return what each chapter judges, in the order of the contents.

    ``path`` and ``title``, and ``claims``, of each of which are told ``verdict`` (with
    its mark), ``statement`` and ``instead``, empty where there is nothing to say.
    """
    found = []
    for name in re.findall(r"file: (\S+)", (root / "_toc.yml").read_text("utf8")):
        path = root / f"{name}.ipynb"
        cells = json.loads(path.read_text("utf8"))["cells"] if path.is_file() else []
        outputs = (output for cell in cells for output in cell.get("outputs", []))
        claims = [row for output in outputs for row in judged(output.get("data", {}))]
        if claims:
            title = "".join(cells[0]["source"]).partition("\n")[0].lstrip("# ")
            rows = [
                {
                    "verdict": f"{MARKS[row['verdict']]} {row['verdict']}",
                    "statement": row["statement"],
                    "instead": row.get("instead", ""),
                }
                for row in claims
            ]
            found.append({"path": f"{name}.ipynb", "title": title, "claims": rows})
    return found


if __name__ == "__main__":
    file = Path(sys.prefix, EXTENSION, "static", "ledger.json")
    file.write_text(json.dumps(chapters()), "utf8")
