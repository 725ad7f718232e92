"""Data the chapters share, loaded or generated without a network.

Whatever is loaded here travels inside an installed package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evidence import checks

PHOTOGRAPHS = {
    "astronaut": "Eileen Collins; NASA; public domain",
    "brick": "brick wall; CC0Textures; CC0",
    "camera": "man with a camera; Lav Varshney; CC0",
    "chelsea": "Chelsea the cat; Stefan van der Walt; CC0",
    "clock": "moved wall clock; Stefan van der Walt; public domain",
    "coffee": "cup of coffee; Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0",
    "coins": "Greek coins; Brooklyn Museum; no known copyright restrictions",
    "grass": "grass; linolafett; CC0",
    "gravel": "gravel; CC0Textures; CC0",
    "hubble_deep_field": "Hubble eXtreme Deep Field; NASA; public domain",
    "immunohistochemistry": (
        "stained colonic glands; Center for Microscopy and Molecular Imaging; "
        "no known copyright restrictions"
    ),
    "retina": "human retina; Mikael Häggström; CC0",
    "rocket": "launch of DSCOVR; SpaceX; public domain",
}
"""Pictures for :func:`photograph`: name -> what it shows; who made it; license.

These are the photographs inside scikit-image's wheel whose license its documentation
states."""


class Split(NamedTuple):
    """A data set in two parts: learn from the first, measure on the second.

    Attributes
    ----------
    train_x, test_x : numpy.ndarray of float64, shape (n, number of features)
    train_y, test_y : numpy.ndarray of int, shape (n,)
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def digits(num_test: int = 539, seed: int = 0, *, stratified: bool = True) -> Split:
    """Load scikit-learn's 1,797 handwritten digits, shuffled and split.

    Parameters
    ----------
    num_test : int
        Pictures in the test part, 10 to 1,787; by default three in ten.
    seed : int
        Seed of the shuffle, at least 0.
    stratified : bool
        Whether each class has the same share in both parts, as far as whole numbers
        allow, or chance decides.

    Returns
    -------
    Split
        Features are the 64 pixels of an 8 by 8 picture, row by row, from 0 (paper) to 1
        (ink); labels are the digits 0 to 9.

    Raises
    ------
    TypeError
        If a number is not whole.
    ValueError
        If a part has fewer than 10 pictures, one a class, or the seed is negative.

    References
    ----------
    Alpaydin & Kaynak (1998), "Optical recognition of handwritten digits", UCI Machine
    Learning Repository, doi:10.24432/C50P49 (its test part).
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    num_test = checks.whole(num_test, "num_test", least=10, most=len(y) - 10)
    seed = checks.whole(seed, "seed", least=0)
    if checks.flag(stratified, "stratified"):
        train, test = train_test_split(
            np.arange(len(y)), test_size=num_test, stratify=y, random_state=seed
        )
    else:
        order = np.random.default_rng(seed).permutation(len(y))
        train, test = order[:-num_test], order[-num_test:]
    x = x / 16
    return Split(x[train], y[train], x[test], y[test])


def photograph(name: str) -> np.ndarray:
    """Load one of scikit-image's pictures; none of them is downloaded.

    Parameters
    ----------
    name : str
        A key of :data:`PHOTOGRAPHS`, which also names the author and the license.

    Returns
    -------
    numpy.ndarray of float64, shape (height, width, 3)
        Red, green and blue from 0 to 1; a gray picture has three equal channels.

    Raises
    ------
    ValueError
        If there is no such picture; the message lists those there are.

    References
    ----------
    van der Walt et al. (2014), "scikit-image: image processing in Python", PeerJ 2; the
    sources stand in the documentation of :mod:`skimage.data`.
    """
    checks.one_of(name, "name", PHOTOGRAPHS)
    import skimage

    picture = skimage.util.img_as_float64(getattr(skimage.data, name)())
    return picture if picture.ndim == 3 else skimage.color.gray2rgb(picture)


@dataclass(frozen=True)
class TwoGaussians:
    """Two classes with one covariance: N(0, S) and N(mean, S), S = mixing.T @ mixing.

    The best rule is linear. Draw a task with :meth:`draw`, samples with :meth:`sample`.

    Parameters
    ----------
    mean : array_like, shape (d,)
        Mean of class 1; that of class 0 is the origin.
    mixing : array_like, shape (d, d)
        Turns d standard normal numbers (a row) into a sample.

    Raises
    ------
    TypeError
        If something is no array of real numbers, or parts of it are masked.
    ValueError
        If the shapes do not fit, a number is not finite, or ``mixing`` is singular.

    References
    ----------
    Abid (2018), "Atomic experiments in deep learning": experiments 3 to 6, 8 to 12.
    """

    mean: np.ndarray
    mixing: np.ndarray

    def __post_init__(self):
        mean = checks.array(self.mean, "mean", shape=("d",))
        mixing = checks.array(self.mixing, "mixing", shape=2 * mean.shape)
        if np.linalg.matrix_rank(mixing) < len(mean):
            raise ValueError("mixing is singular: the samples would lie in a subspace")
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "mixing", mixing)

    @classmethod
    def draw(cls, rng: np.random.Generator, mean, scale: float = 1.0) -> TwoGaussians:
        """Draw a task: entries of ``mixing`` uniform on 0 to ``scale``.

        Such a matrix is often near to singular, so tasks differ much in difficulty.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where the numbers come from.
        mean : array_like, shape (d,)
            Mean of class 1.
        scale : float
            Largest entry of ``mixing``, above 0.

        Returns
        -------
        TwoGaussians
        """
        mean = checks.array(mean, "mean", shape=("d",))
        scale = checks.number(scale, "scale", above=0)
        return cls(mean, scale * rng.random(2 * mean.shape))

    @property
    def bayes_accuracy(self) -> float:
        """Accuracy of the best rule on balanced classes, from 0.5 to 1.

        It is the normal distribution function at half the Mahalanobis distance of the
        means (Fukunaga 1990, section 3.1).
        """
        from scipy.stats import norm

        return float(norm.cdf(np.linalg.norm(self._whitened_mean()) / 2))

    def log_odds(self, x) -> np.ndarray:
        """Return log p(x | class 1) - log p(x | class 0).

        Parameters
        ----------
        x : array_like, shape (..., d)
            Samples.

        Returns
        -------
        numpy.ndarray, shape (...)
        """
        direction = np.linalg.solve(self.mixing, self._whitened_mean())
        x = checks.array(x, "x", shape=(..., len(self.mean)))
        return (x - self.mean / 2) @ direction

    def sample(self, rng: np.random.Generator, sizes) -> tuple[np.ndarray, np.ndarray]:
        """Draw samples of both classes, those of class 0 first.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where the numbers come from. Each class has a stream of its own, so a larger
            sample begins with the smaller one.
        sizes : (int, int)
            How many of class 0 and of class 1, 0 or more.

        Returns
        -------
        x : numpy.ndarray, shape (n, d)
        y : numpy.ndarray of int, shape (n,)
            0 or 1.

        Raises
        ------
        TypeError
            If a size is not a whole number.
        ValueError
            If a size is negative, or there are not two.
        """
        sizes = [checks.whole(size, "each of the sizes", least=0) for size in sizes]
        if len(sizes) != 2:
            raise ValueError(f"sizes must be two, one for each class, not {sizes}")
        normals = [
            stream.standard_normal((size, len(self.mean)))
            for stream, size in zip(rng.spawn(2), sizes, strict=True)
        ]
        y = np.repeat([0, 1], sizes)
        return np.concatenate(normals) @ self.mixing + y[:, None] * self.mean, y

    def _whitened_mean(self) -> np.ndarray:
        return np.linalg.solve(self.mixing.T, self.mean)
