"""The laboratory of *Deep Learning in Evidence*: what its chapters share.

Every chapter begins with ``evidence.setup(seed=0)``. The instruments, which every
chapter uses, are the modules of this folder; what the book teaches is in
:mod:`evidence.methods`.
"""

import logging

INSTRUMENTS = ("claims", "data", "exercises", "figures", "replications", "stats")
INSTRUMENTS += ("tables",)
__all__ = [*INSTRUMENTS, "explore", "setup", "show_source"]


def __getattr__(name: str):
    """Import what faces the notebook when the first of it is asked for.

    The processes that :func:`evidence.methods.networks.run` starts never ask, and are
    spared a third of their memory.
    """
    if name in INSTRUMENTS:
        from importlib import import_module

        return import_module(f"evidence.{name}")
    if name not in __all__:
        raise AttributeError(f"module 'evidence' has no attribute {name!r}")
    from evidence.explorer import explore
    from evidence.session import setup
    from evidence.sources import show_source

    globals().update(explore=explore, setup=setup, show_source=show_source)
    return globals()[name]


def _not_of_the_home(record: logging.LogRecord) -> bool:
    """Drop what matplotlib says where it can write no cache: it takes a temporary one.

    Otherwise it would stand in the output of a notebook.
    """
    return not str(record.msg).startswith(
        ("mkdir -p failed", "Matplotlib created a temp")
    )


logging.getLogger("matplotlib").addFilter(_not_of_the_home)
