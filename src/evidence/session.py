"""One call that makes a chapter give the same results everywhere."""

from __future__ import annotations

import os
import random
import sys

import numpy as np
from threadpoolctl import threadpool_limits

from evidence import figures

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
    TypeError
        If ``seed`` is not an integer.
    ValueError
        If ``seed`` is negative or too large.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"seed must be an integer, not {type(seed).__name__}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be 0 or more and below 2**32, not {seed}")
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
