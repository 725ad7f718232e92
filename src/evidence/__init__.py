"""The laboratory of *Deep Learning in Evidence*: what its chapters share.

Every chapter begins with ``rng = evidence.setup(seed=0)``. The ground floor is
:mod:`evidence.stats`, :mod:`evidence.figures` and :mod:`evidence.data`; the subject
modules stand on it; :mod:`evidence.claims`, :mod:`evidence.exercises`,
:func:`evidence.explore` and :func:`evidence.source` face the notebook.
"""

__all__ = ["claims", "exercises", "explore", "figures", "setup", "source", "stats"]


def __getattr__(name: str):
    """Import all of these when the first of them is asked for.

    The processes that :func:`evidence.ensemble.run` starts never ask, and are spared a
    third of their memory.
    """
    if name not in __all__:
        raise AttributeError(f"module 'evidence' has no attribute {name!r}")
    import evidence.claims
    import evidence.exercises
    import evidence.figures
    import evidence.stats  # noqa: F401, each becomes an attribute
    from evidence.listing import source
    from evidence.reproducible import setup
    from evidence.widgets import explore

    globals().update(explore=explore, setup=setup, source=source)
    return globals()[name]
