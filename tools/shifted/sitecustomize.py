"""Draw every random number anew: Python runs this where this folder is on its path.

With ``EVIDENCE_SET`` at 1, 2, ... in the environment, each seed that NumPy, torch or
Python's ``random`` is given becomes another one, the same in every process of that set;
scikit-learn, SciPy and scikit-image make their generators with NumPy's. Processes that
inherit the environment are reached. With 0 nothing changes. Not reached are the methods
``seed`` of a ``RandomState`` and ``manual_seed`` of ``torch.default_generator``.
"""

import functools
import hashlib
import os
import random
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

SET = int(os.environ.get("EVIDENCE_SET") or 0)
WORD = 0x5EED0000  # and the set, go before a seed; no chapter has one so large


def draw(number: int) -> None:
    """Let a process that began in a set go on in another, and those that it starts."""
    global SET
    SET = number
    os.environ["EVIDENCE_SET"] = str(number)


def shift_numpy(numpy_random) -> None:
    """Shift the seeds of all that ``numpy.random`` offers."""
    made = (
        *(numpy_random.Generator, numpy_random.RandomState),
        *(numpy_random.BitGenerator, numpy_random.SeedSequence),
    )

    def shifted(seed):
        return seed if seed is None or isinstance(seed, made) else [WORD + SET, seed]

    def legacy(seed):  # which takes no nested list
        numbers = seed if hasattr(seed, "__len__") else [seed]
        return seed if shifted(seed) is seed else [WORD + SET, *numbers]

    kinds = {"SeedSequence": "entropy", "RandomState": "seed"}
    kinds |= dict.fromkeys(("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"), "seed")
    for name, argument in kinds.items():
        change = legacy if name == "RandomState" else shifted
        kind = stand_in(getattr(numpy_random, name), argument, change)
        setattr(numpy_random, name, kind)
    numpy_random.default_rng = given(numpy_random.default_rng, "seed", shifted)
    numpy_random.seed = given(numpy_random.seed, "seed", legacy)


def shift_torch(torch) -> None:
    """Shift the seeds of torch's default generator and of those that one makes."""
    torch.manual_seed = given(torch.manual_seed, "seed", hashed)
    torch.random.manual_seed = torch.manual_seed
    original = torch.Generator

    class Generator(original, metaclass=answering_for(original)):
        """torch's, with other seeds."""

        def manual_seed(self, seed):
            return super().manual_seed(hashed(seed))

    torch.Generator = Generator


def shift_python() -> None:
    """Shift the seeds of ``random``."""
    original = random.Random.seed

    def seed(self, a=None, version=2):
        original(self, a if a is None else f"{SET} {a!r}", version)

    random.Random.seed = seed
    random.seed = random.seed.__self__.seed


def hashed(seed) -> int:
    """Return another seed of 32 bits, as many as torch uses."""
    return int.from_bytes(hashlib.sha256(f"{SET} {int(seed)}".encode()).digest()[:4])


def given(function, argument: str, change):
    """Return a function that changes its first argument, which has a name."""

    @functools.wraps(function)
    def call(*args, **named):
        if args:
            args = (change(args[0]), *args[1:])
        elif argument in named:
            named[argument] = change(named[argument])
        return function(*args, **named)

    return call


def stand_in(original: type, argument: str, change) -> type:
    """Return a class that makes objects of another class, with a changed argument.

    The objects are of the original class, so that they pickle as ever.
    """
    meta = answering_for(original)
    make = given(original, argument, change)
    meta.__call__ = lambda cls, *args, **named: make(*args, **named)
    return meta(original.__name__, (original,), {"__doc__": original.__doc__})


def answering_for(original: type) -> type:
    """Return a metaclass of classes whose instances are those of another class."""

    class Meta(type(original)):
        def __instancecheck__(cls, instance):
            return isinstance(instance, original)

        def __subclasscheck__(cls, other):
            return issubclass(other, original)

    return Meta


class AfterImport:
    """Changes a module once it is imported, and imports none that is not."""

    changes = {"numpy.random": shift_numpy, "torch": shift_torch}

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        """Find the few modules that there is something to change of."""
        spec = PathFinder.find_spec(name, path) if name in cls.changes else None
        if spec:
            load = spec.loader.exec_module

            def load_and_change(module):
                load(module)
                cls.changes[name](module)

            spec.loader.exec_module = load_and_change
        return spec


def run_the_one_that_is_hidden() -> None:
    """Run the ``sitecustomize`` of this machine, which the present one hides."""
    path = [place for place in sys.path if place != os.path.dirname(__file__)]
    spec = PathFinder.find_spec("sitecustomize", path)
    if spec:
        spec.loader.exec_module(module_from_spec(spec))


if SET:
    shift_python()
    sys.meta_path.insert(0, AfterImport)
run_the_one_that_is_hidden()
