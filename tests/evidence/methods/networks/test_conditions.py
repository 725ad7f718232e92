"""Conditions and seeds over the cores: the numbers, the errors, the progress."""

import itertools
import os
import sys
import types

import numpy as np
import pytest

from evidence.methods.networks import Networks, run, train


def wave(condition, seeds):
    x = np.random.default_rng(9).normal(size=(20, 40, 7))
    y = (x[..., 0] > 0).astype(int)
    networks = Networks([7, condition, 2], seeds)
    train(networks, x[seeds], y[seeds], 20, batch=16)
    return {"weights": networks.weights[0], "loss": networks.loss(x[seeds], y[seeds])}


wave.__module__ = "__main__"  # as in a notebook: it travels to workers by value


def test_run_gives_the_same_numbers_however_the_work_is_cut():
    reference = run(wave, [5, 9], range(7), bank=7, workers=1)
    assert reference[9]["weights"].shape == (7, 9, 7)
    for bank, workers in ((1, 2), (3, 1), (4, 3)):
        found = run(wave, [5, 9], range(7), bank=bank, workers=workers)
        assert list(found) == [5, 9]
        for condition, name in itertools.product((5, 9), ("weights", "loss")):
            np.testing.assert_array_equal(
                found[condition][name], reference[condition][name]
            )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (dict(conditions=[]), "no condition"),
        (dict(conditions=["a", "b", "a"]), "condition 'a' stands there twice"),
        (dict(seeds=[]), "no seed"),
        (dict(seeds=[1, 1]), "seed 1 stands there twice"),
        (dict(bank=0), "bank must be a whole number of at least 1, not 0"),
        (dict(bank=2.5), "bank must be a whole number of at least 1, not 2.5"),
        (dict(workers=0), "workers must be a whole number of at least 1"),
        (dict(workers="2"), "workers must be a whole number of at least 1, not '2'"),
        (dict(experiment=lambda c, s: np.zeros(1)), "one result a seed"),
        (dict(experiment=lambda c, s: 0.5), "one result a seed"),
        (dict(experiment=lambda c, s: {"loss": np.zeros(9)}), "loss has the shape"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_runs_that_make_no_sense_are_refused(given, message):
    usual = dict(experiment=wave, conditions=[3], seeds=[1, 2], workers=1)
    with pytest.raises((ValueError, TypeError), match=message):
        run(**(usual | given))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_an_experiment_comes_out_as_it_is(workers):
    def experiment(condition, seeds):
        if condition == "bad":
            raise ZeroDivisionError("this condition divides by zero")
        return np.zeros(len(seeds))

    with pytest.raises(ZeroDivisionError, match="this condition"):
        run(experiment, ["good", "bad"], range(4), bank=2, workers=workers)


def test_a_function_of_a_notebook_runs_in_other_processes():
    scale = 3.0  # travels with the closure, as a notebook's global does

    def experiment(condition, seeds):
        return np.array([scale * condition + seed for seed in seeds]), os.getpid()

    def numbers(condition, seeds):
        values, process = experiment(condition, seeds)
        return {"value": values, "process": np.full(len(seeds), process)}

    found = run(numbers, [10, 20], range(4), bank=1, workers=2)
    np.testing.assert_array_equal(found[20]["value"], [60, 61, 62, 63])
    assert os.getpid() not in found[10]["process"]


# --- The progress ---------------------------------------------------------------------


def two_jobs():
    run(lambda c, s: np.zeros(len(s)), [1, 2], [0], workers=1)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_notebook_shows_the_progress_and_then_nothing(monkeypatch, quiet):
    import IPython.display

    shown = []
    handle = types.SimpleNamespace(update=lambda html: shown.append(html.data))
    notebook = types.SimpleNamespace(kernel=True)
    monkeypatch.setattr("IPython.get_ipython", lambda: notebook)
    monkeypatch.setattr(
        IPython.display, "display", lambda html, **_: shown.append(html.data) or handle
    )
    monkeypatch.setenv("EVIDENCE_STORED", "1" if quiet else "")
    two_jobs()
    words = [text.split("> ")[-1] for text in shown]
    assert words == ([] if quiet else ["", "0 of 2", "1 of 2", "2 of 2", ""])


@pytest.mark.parametrize(("tty", "quiet"), [(True, ""), (False, ""), (True, "1")])
def test_a_terminal_shows_the_progress_and_a_log_does_not(
    monkeypatch, capsys, tty, quiet
):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: tty)
    monkeypatch.setenv("EVIDENCE_STORED", quiet)
    two_jobs()
    shown = capsys.readouterr().err
    if tty and not quiet:
        assert "\r1 of 2" in shown and shown.endswith(" \r")
    else:
        assert shown == ""
