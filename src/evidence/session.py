"""One call that makes a chapter give the same results everywhere."""

from __future__ import annotations

import os
import random
import sys
from importlib import metadata

import numpy as np
from packaging.requirements import Requirement
from threadpoolctl import threadpool_limits

from evidence import figures

DISTRIBUTION = "deep-learning-in-evidence"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def setup(seed: int = 0) -> None:
    """Seed every generator, fix the number of threads and set the figure style.

    A sum of floating-point numbers depends on how it is split among threads, so every
    chapter computes with one. A chapter that uses torch imports it *before* it calls
    ``setup``, so that torch is seeded too. A cell that draws makes its own generator,
    so that it says the same when it is run again.

    Parameters
    ----------
    seed : int
        Seed of Python's, NumPy's and torch's generators, from 0 to 2**32 - 1.

    Raises
    ------
    ImportError
        If an installed library is older than the package allows.
    TypeError
        If ``seed`` is not an integer.
    ValueError
        If ``seed`` is negative or too large.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"seed must be an integer, not {type(seed).__name__}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be 0 or more and below 2**32, not {seed}")
    _refuse_old_versions()
    seed = int(seed)
    random.seed(seed)
    np.random.seed(seed)
    np.set_printoptions(precision=4, suppress=True, legacy="1.25")
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"  # read by libraries imported from here on
    threadpool_limits(1)  # and by those that were imported before
    if "torch" in sys.modules:
        import torch

        torch.manual_seed(seed)
        torch.set_num_threads(1)
        torch.set_deterministic_debug_mode("error")
        torch.set_printoptions(precision=4, sci_mode=False)
    figures.use_style()


def _refuse_old_versions() -> None:
    """Say which library is too old, by the package's metadata, and what to type."""
    try:
        requirements = metadata.requires(DISTRIBUTION)
    except metadata.PackageNotFoundError:  # run from its folder, not installed
        return
    old, wanted = [], []
    for line in requirements:
        needed = Requirement(line)
        version = _version(needed.name)
        if version and not needed.specifier.contains(version, prereleases=True):
            old.append(f"{needed.name} {version}")
            wanted.append(f'"{line}"')
    if old:
        raise ImportError(
            f"too old for this book: {', '.join(old)}. Type\n"
            f"%pip install {' '.join(wanted)}\nin a cell, then restart the kernel."
        )


def _version(name: str) -> str | None:
    """Return the installed version; what is missing says so when it is imported."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
