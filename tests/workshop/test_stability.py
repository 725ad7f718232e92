"""Every random number drawn anew: in kernels, in their workers, and what comes of it."""

import json
from concurrent.futures import ThreadPoolExecutor

import copies
import fresh
import pytest
from copies import CHAPTER, SLUG
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from evidence import claims
from tools import notebooks, run, stability

MEASURE = '''
import pickle
import random

import numpy as np


def measure():
    """Draw a number in each way in which chapters and libraries make generators."""
    import scipy.stats
    import sklearn.model_selection
    import sklearn.utils
    import torch
    from numpy.random import default_rng

    tensors = torch.Generator().manual_seed(3)
    legacy, child = np.random.RandomState(3), np.random.SeedSequence(3).spawn(2)[1]
    assert isinstance(legacy, np.random.RandomState), "scikit-learn and SciPy ask this"
    assert isinstance(torch.default_generator, torch.Generator)
    np.random.seed(3), random.seed(3), torch.manual_seed(3)
    drawn = {
        "default_rng": default_rng(3).normal(),
        "by name": np.random.default_rng(seed=np.int64(3)).normal(),
        "list": default_rng([3, 1]).normal(),
        "array": default_rng(np.array([3, 1])).normal(),
        "generator": default_rng(default_rng(3)).normal(),
        "sequence": default_rng(np.random.SeedSequence(entropy=3)).normal(),
        "spawned sequence": default_rng(child).normal(),
        "spawned generator": default_rng(3).spawn(2)[1].normal(),
        "bits": np.random.Generator(np.random.PCG64(3)).normal(),
        "legacy": pickle.loads(pickle.dumps(legacy)).normal(),
        "legacy list": np.random.RandomState([3, 1]).normal(),
        "legacy bits": np.random.RandomState(np.random.MT19937(3)).normal(),
        "global": np.random.normal(),
        "python": random.random(),
        "python's own": random.Random(3).random(),
        "torch": torch.rand(1),
        "torch generator": torch.rand(1, generator=tensors),
        "scikit-learn": sklearn.utils.check_random_state(3).normal(),
        "split": sklearn.model_selection.train_test_split(
            np.arange(9999), random_state=3
        )[0][0],
        "scipy": scipy.stats.norm.rvs(random_state=3),
        "scipy rng": scipy.stats.bootstrap(
            [np.arange(9.0)], np.mean, rng=3, n_resamples=9
        ).standard_error,
    }
    default_rng().normal(), np.random.RandomState().normal()
    return {name: float(number) for name, number in drawn.items()}
'''
PRINT = """
import json

import joblib
(worker,) = joblib.Parallel(n_jobs=2)([joblib.delayed(measure)()])
print(json.dumps([measure(), worker]))
"""


def run_in(folder, number: int) -> list[dict]:
    """Return what is drawn in a kernel and in its worker, in a set of numbers."""
    notebook = new_notebook(cells=[new_code_cell(MEASURE), new_code_cell(PRINT)])
    run.run_cells(notebook, folder, **stability.variables(number))
    return json.loads(notebook.cells[1].outputs[0]["text"])


def test_every_generator_is_reached_in_the_kernel_and_in_its_workers(tmp_path):
    scope = {}
    exec(MEASURE, scope)
    unchanged = scope["measure"]()
    with ThreadPoolExecutor() as pool:
        one, two = pool.map(lambda number: run_in(tmp_path, number), (1, 2))
    for kernel, worker in (one, two):
        assert kernel == worker, "a set says the same in every process"
    for name, number in unchanged.items():
        assert len({number, one[0][name], two[0][name]}) == 3, name
    zero = copies.python(
        tmp_path,
        "-c",
        "import numpy as np; print(np.random.default_rng(3).normal())",
        **stability.variables(0),
    )
    assert float(zero.stdout) == unchanged["default_rng"]
