"""The laboratory of *Deep Learning in Evidence*: what its chapters share.

Every chapter begins with ``rng = evidence.setup(seed=0)``. The ground floor is
:mod:`evidence.stats`, :mod:`evidence.figures` and :mod:`evidence.data`; the subject
modules stand on it; :mod:`evidence.claims`, :mod:`evidence.exercises`,
:func:`evidence.explore` and :func:`evidence.source` face the notebook.
"""

from evidence import claims, exercises, figures, stats
from evidence.listing import source
from evidence.reproducible import setup
from evidence.widgets import explore

__all__ = ["claims", "exercises", "explore", "figures", "setup", "source", "stats"]
