"""Lighthouse on built pages: ``python -m benchmarks.lighthouse [page ...]``.

Prints the median of three rounds for each page, on simulated mobile and on desktop.
Needs Node; Lighthouse comes from npm by name.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmarks.paired import options
from tools import browser
from tools.server import serve
from tools.site import HTML

PAGES = [
    "book/index.html",
    "book/detection-geometry/ransac.html",
    "book/normalization/batchnorm-train-eval.html",
]
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
DETAILS = ("first-contentful-paint", "largest-contentful-paint")
DETAILS += ("total-blocking-time", "cumulative-layout-shift")


def measure(url: str, form: str, chrome: str) -> dict[str, float]:
    """Return one run's scores out of 100, and what the performance is made of."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = ["npx", "--yes", "lighthouse@12", url, "--quiet", "--output=json"]
        command += [f"--output-path={report}"]
        command += [f"--chrome-flags=--headless=new {' '.join(browser.FLAGS)}"]
        if form == "desktop":
            command.append("--preset=desktop")
        environment = os.environ | {"CHROME_PATH": chrome}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        found = json.loads(report.read_text(encoding="utf8"))
    scores = {name: 100 * found["categories"][name]["score"] for name in CATEGORIES}
    details = {name: found["audits"][name]["numericValue"] for name in DETAILS}
    failed = [
        name for name, audit in found["audits"].items() if audit.get("score") == 0
    ]
    return scores | details | {"failed": failed}


def missing(quick: bool) -> str | None:
    """Return why nothing can be measured here, and what would change it."""
    if quick:
        return "Lighthouse takes minutes"
    if not shutil.which("npx"):
        return "Lighthouse needs Node (npx). To install it: https://nodejs.org"
    if not browser.find():
        return browser.ADVICE
    return None if HTML.is_dir() else "there is no site. To build it: make book"


def main() -> None:
    """Print a Markdown table."""
    there = [page for page in PAGES if (HTML / page).is_file()]  # all but in a course
    arguments = options(__doc__, 3, ("pages", {"nargs": "*", "default": there}))
    if reason := missing(arguments.quick):
        print(f"Skipped: {reason}.")
        return
    chrome = browser.find()
    print("| page | form | " + " | ".join((*CATEGORIES, *DETAILS)) + " |")
    print("|---" * (2 + len(CATEGORIES) + len(DETAILS)) + "|")
    with serve(HTML) as address:
        for page in arguments.pages:
            for form in ("mobile", "desktop"):
                url = f"{address}/{page}"
                runs = [measure(url, form, chrome) for _ in range(arguments.rounds)]
                medians = [
                    statistics.median(run[name] for run in runs)
                    for name in (*CATEGORIES, *DETAILS)
                ]
                cells = [f"{x:.3g}" if x < 1 else f"{x:.0f}" for x in medians]
                print(f"| {page} | {form} | " + " | ".join(cells) + " |", flush=True)
                print(f"failed audits: {', '.join(runs[-1]['failed']) or 'none'}\n")


if __name__ == "__main__":
    main()
