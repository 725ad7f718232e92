"""Many small networks at once: the engine of the chapters that repeat experiments.

A :class:`Networks` holds N multilayer perceptrons of one shape, one seed each.
:func:`train` trains them together; :func:`run` spreads conditions and seeds over the
processor's cores. Whatever is random in a network comes from its seed and its purpose
(``numpy.random.default_rng([seed, purpose])``), so two conditions with the same seed
start from the same weights and see the samples in the same order, and every comparison
is paired.

:func:`descend` trains whatever network a chapter writes by hand, one step a batch.
"""

from evidence.methods.networks.conditions import run
from evidence.methods.networks.functions import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    Activation,
    Loss,
    constant,
    he,
    normal,
    xavier,
)
from evidence.methods.networks.network import Networks
from evidence.methods.networks.plain import descend, random_batches
from evidence.methods.networks.training import OPTIMIZERS, adam, sgd, train

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "Activation",
    "Loss",
    "Networks",
    "adam",
    "constant",
    "descend",
    "he",
    "normal",
    "random_batches",
    "run",
    "sgd",
    "train",
    "xavier",
]
