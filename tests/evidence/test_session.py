"""Same seed, same results: for every generator and any number of threads."""

import os
import random
import subprocess
import sys
from importlib import metadata

import matplotlib as mpl
import numpy as np
import pytest
import threadpoolctl
import torch

import evidence
from evidence import figures
from evidence.session import THREAD_VARIABLES


@pytest.fixture(autouse=True)
def put_back_what_setup_changes(monkeypatch):
    for name in THREAD_VARIABLES:
        monkeypatch.setenv(name, os.environ.get(name, ""))
    threads, printed = torch.get_num_threads(), np.get_printoptions()
    with threadpoolctl.threadpool_limits(None), mpl.rc_context():
        yield
    torch.set_num_threads(threads)
    torch.set_deterministic_debug_mode("default")
    torch.set_printoptions(profile="default")
    np.set_printoptions(**printed)


def draw_from_everything() -> list[float]:
    return [random.random(), np.random.random(), torch.rand(1).item()]


def test_every_generator_is_seeded():
    evidence.setup(seed=3)
    first = draw_from_everything()
    evidence.setup(seed=3)
    assert draw_from_everything() == first
    evidence.setup(seed=4)
    other = draw_from_everything()
    assert all(a != b for a, b in zip(first, other, strict=True))
    expected = [random.Random(3).random(), np.random.RandomState(3).random_sample()]
    assert first[:2] == expected
    assert first[2] == torch.rand(1, generator=torch.Generator().manual_seed(3)).item()


def drawn_after(*seed) -> list[float]:
    evidence.setup(*seed)
    return draw_from_everything()


def test_the_seed_is_0_unless_said():
    assert drawn_after() == drawn_after(0)


def test_a_numpy_integer_is_a_seed():
    assert drawn_after(np.int64(5)) == drawn_after(5) != drawn_after(2**32 - 1)


@pytest.mark.parametrize("seed", [1.0, "0", None, True, [0]])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(TypeError, match=f"an integer, not {type(seed).__name__}"):
        evidence.setup(seed)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_is_in_range(seed):
    random.seed(0)
    state = random.getstate()
    with pytest.raises(ValueError, match=f"0 or more and below 2.*32, not {seed}"):
        evidence.setup(seed)
    assert random.getstate() == state


def test_libraries_compute_with_one_thread_afterwards():
    torch.set_num_threads(2)
    threadpoolctl.threadpool_limits(2)
    evidence.setup()
    assert torch.get_num_threads() == 1
    assert {pool["num_threads"] for pool in threadpoolctl.threadpool_info()} == {1}
    assert {os.environ[name] for name in THREAD_VARIABLES} == {"1"}
    assert torch.are_deterministic_algorithms_enabled()


def test_torch_is_limited_even_where_its_threads_are_not_found(monkeypatch):
    monkeypatch.setattr("evidence.session.threadpool_limits", lambda limit: None)
    torch.set_num_threads(2)
    evidence.setup()
    assert torch.get_num_threads() == 1


def test_the_style_and_the_printing_are_the_books():
    mpl.rcdefaults()
    np.set_printoptions(precision=8, suppress=False)
    evidence.setup()
    assert mpl.rcParams["svg.hashsalt"] == "evidence"
    colors = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert colors == list(figures.COLORS)
    assert repr(np.array([1 / 3, 1e-9])) == "array([0.3333, 0.    ])"
    assert repr(np.float64(0.5)) == "0.5"
    assert repr(torch.tensor([1 / 3, 1e-9])) == "tensor([0.3333, 0.0000])"


def test_without_a_home_to_write_to_nothing_enters_the_outputs(tmp_path):
    nowhere = tmp_path / "file"  # not a folder: root, too, can make none in it
    nowhere.touch()
    places = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    variables = {k: v for k, v in os.environ.items() if k != "MPLCONFIGDIR"}
    done = subprocess.run(
        [sys.executable, "-c", "import evidence.figures"],
        env=variables | dict.fromkeys(places, str(nowhere)),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


REQUIRED = {"numpy": "2.1.3", "scikit-image": "0.25.2", "torch": "2.11.0"}


def installed(monkeypatch, **versions):
    """Let the package require REQUIRED and find these versions."""
    versions = {name.replace("_", "-"): found for name, found in versions.items()}

    def version(name):
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    lines = [f"{name}>={oldest}" for name, oldest in REQUIRED.items()]
    monkeypatch.setattr(metadata, "requires", lambda distribution: lines)
    monkeypatch.setattr(metadata, "version", version)


def test_a_library_that_is_too_old_is_named_with_what_to_type(monkeypatch):
    installed(monkeypatch, numpy="1.26.4", scikit_image="0.24.0", torch="2.13.0+cpu")
    random.seed(0)
    state = random.getstate()
    with pytest.raises(ImportError) as error:
        evidence.setup()
    assert str(error.value) == (
        "too old for this book: numpy 1.26.4, scikit-image 0.24.0. Type\n"
        '%pip install "numpy>=2.1.3" "scikit-image>=0.25.2"\n'
        "in a cell, then restart the kernel."
    )
    assert random.getstate() == state


@pytest.mark.parametrize("torch", ["2.11.0", "2.11.0+cpu", "2.12.0.dev20260101+cu130"])
def test_the_oldest_versions_allowed_are_no_error(monkeypatch, torch):
    installed(monkeypatch, numpy="2.1.3", scikit_image="0.25.2", torch=torch)
    evidence.setup()


def test_what_is_not_installed_is_not_too_old(monkeypatch):
    installed(monkeypatch, numpy="2.1.3")
    evidence.setup()


def test_a_package_that_is_not_installed_knows_no_bounds(monkeypatch):
    monkeypatch.setattr("evidence.session.DISTRIBUTION", "no-such-distribution")
    evidence.setup()


def results_after_setup(threads: int) -> list[np.ndarray]:
    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)
    evidence.setup(seed=0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(700, 701)).astype(np.float32)
    t = torch.from_numpy(rng.normal(size=1_000_003).astype(np.float32))
    return [x @ x.T, np.linalg.svd(x[:90, :90])[0], t.sum(), t.exp().mean()]


@pytest.mark.parametrize("threads", [2, 4])
def test_results_do_not_depend_on_the_number_of_threads(threads):
    one, several = results_after_setup(1), results_after_setup(threads)
    for a, b in zip(one, several, strict=True):
        np.testing.assert_array_equal(a, b)
