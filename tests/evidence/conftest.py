"""Chapters' claims, made up for tests."""

import pytest

from evidence import entries

FILES = {
    "normalization/batchnorm": """
symptoms:
  - Accuracy is "fine" in training
claims:
  - id: bn-bias-redundant
    kind: exact
    statement: A bias before batch normalization does nothing
    expected: holds
    believed: definition
    source: A lecture
  - id: bn-never-hurts
    kind: computed
    statement: Batch normalization never hurts
    expected: fails
    believed: holds
    settings: [it did]
    instead: Batches of one.
    source: A lecture
""",
    "optimization/batch-size": """
claims:
  - id: batch-size-lowers-accuracy
    kind: computed
    statement: "Small batches are <better> & cheaper"
    expected: depends
    believed: holds
    settings: [same <rate>, tuned & equal]
    instead: At the same rate.
    source: A lecture
""",
    "optimization/momentum": """
claims:
  - id: momentum-faster
    kind: measured
    core: true
    statement: Momentum needs fewer steps
    expected: depends
    believed: holds
    settings: [narrow valley, round bowl]
    asks: above 0 by 5
    instead: Momentum needs fewer steps in a narrow valley
    source: A lecture
  - id: momentum-can-overshoot
    kind: measured
    reach: some
    statement: Momentum can overshoot
    expected: holds
    believed: fails
    settings: [a, b, c]
    asks: above chance by 0.1
    source: A lecture
  - id: momentum-direction
    kind: measured
    statement: Momentum is in the direction of the gradients
    expected: holds
    believed: holds
    settings: [here]
    asks: above 0
    source: A lecture
  - id: momentum-count
    kind: computed
    statement: Ten steps forget half
    expected: fails
    believed: holds
    settings: [at 0.9, at 0.99]
    instead: Seven do, at 0.9
    source: A lecture
  - id: momentum-identity
    kind: exact
    statement: The weights of the average sum to one
    expected: holds
    believed: holds
    source: A proof
  - id: momentum-polyak
    kind: history
    statement: Polyak introduced momentum
    expected: holds
    believed: holds
    cite: [polyak1964]
    source: Polyak (1964)
  - id: momentum-default
    kind: advice
    statement: Use 0.9
    instead: 0.9 is a default; tune it with the learning rate
    source: A lecture
""",
}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Put two chapters' claims in the place of the book's."""
    for chapter, text in FILES.items():
        path = tmp_path / f"{chapter}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf8")
    entries.load.cache_clear()
    monkeypatch.setattr(entries, "book_folder", lambda: tmp_path)
    yield tmp_path
    entries.load.cache_clear()
