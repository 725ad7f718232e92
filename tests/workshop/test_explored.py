"""To whoever changes a number a changed verdict is a card, and the run goes on."""

import copies

CLAIMS = """
claims:
  - id: explored-gap
    kind: measured
    statement: There is a gap here and none there.
    expected: depends
    believed: holds
    settings: [here, there]
    asks: above 0 by 0.5
    instead: There is a gap here.
    source: A test
  - id: explored-count
    kind: computed
    statement: The count is even.
    expected: holds
    believed: holds
    settings: [at 2]
    source: A test
"""
CELLS = (
    """
from evidence import claims, replications, stats
gap = stats.mean_interval([0.1, 0.2, 0.1])
""",
    """
verdict = claims.judge(
    "explored-gap", {"here": gap.above(0, by=0.7), "over there": gap.above(0, by=0.7)}
)
verdict
""",
    'claims.sayings({"explored-count": {"at 3": False}})',
    """
replications.record(
    "E4", original="It falls.", measured="One gap.", verdict=verdict,
    effects={"gap": gap}, networks=3,
)
""",
    'print("the end")',
)


def test_a_reader_s_notebook_runs_to_its_end_whatever_the_data_say(tmp_path):
    """Where outputs are stored it stops: ``test_alarms.py``."""
    root = copies.copy_repository(tmp_path / "copy")
    (root / "book" / "demo").mkdir()
    (root / "book" / "demo" / "explored.yml").write_text(CLAIMS, "utf8")
    outputs = copies.in_a_kernel(root, *CELLS, EVIDENCE_STORED="")
    verdict, sayings, row = (shown[0].data["text/plain"] for shown in outputs[1:4])
    assert "The book: depends. Your data: fails." in verdict
    assert "no   over there: 0.13 [-0.01, 0.28], above 0 by 0.7" in verdict
    assert "The book: holds. Your data: fails." in sayings
    assert row.startswith("✗ fails: E4.") and "interval, n = 3" in row
    assert "flipped by: none of the 2 settings" in row
    assert outputs[4][0].text == "the end\n"
