"""Data the chapters share, loaded or generated without a network.

Whatever is loaded here travels inside an installed package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

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


def digits(test_share: float = 0.3, seed: int = 0) -> Split:
    """Load scikit-learn's 1,797 handwritten digits, shuffled and split.

    Each class has the same share in both parts, as far as whole numbers allow.

    Parameters
    ----------
    test_share : float
        Share of the pictures in the test part, between 0 and 1.
    seed : int
        Seed of the shuffle, at least 0.

    Returns
    -------
    Split
        Features are the 64 pixels of an 8 by 8 picture, row by row, from 0 (paper) to 1
        (ink); labels are the digits 0 to 9.

    Raises
    ------
    ValueError
        If ``test_share`` is not between 0 and 1, or leaves a part fewer than 10
        pictures, one a class.

    References
    ----------
    Alpaydin & Kaynak (1998), "Optical recognition of handwritten digits", UCI Machine
    Learning Repository, doi:10.24432/C50P49 (its test part).
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    num_test = round(test_share * len(y)) if 0 < test_share < 1 else 0
    if not 10 <= num_test <= len(y) - 10:
        raise ValueError(
            "test_share must lie between 0 and 1 and leave each part at least 10 of "
            f"the {len(y)} pictures, not {test_share}"
        )
    train_x, test_x, train_y, test_y = train_test_split(
        x / 16, y, test_size=num_test, stratify=y, random_state=seed
    )
    return Split(train_x, train_y, test_x, test_y)


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
    if name not in PHOTOGRAPHS:
        raise ValueError(
            f"no photograph {name!r}; there are {', '.join(sorted(PHOTOGRAPHS))}"
        )
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
    ValueError
        If the shapes do not fit, a number is not finite, or ``mixing`` is singular.

    References
    ----------
    Abid (2018), "Atomic experiments in deep learning": experiments 3 to 6, 8 to 12.
    """

    mean: np.ndarray
    mixing: np.ndarray

    def __post_init__(self):
        mean, mixing = np.array(self.mean, float), np.array(self.mixing, float)
        if mean.ndim != 1 or mixing.shape != 2 * mean.shape:
            raise ValueError(
                "two Gaussians in d dimensions need a mean of shape (d,) and a mixing "
                f"of shape (d, d), not {mean.shape} and {mixing.shape}"
            )
        if not (np.isfinite(mean).all() and np.isfinite(mixing).all()):
            raise ValueError("mean and mixing must be finite")
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
        if not scale > 0:
            raise ValueError(f"scale must be above 0, not {scale}")
        size = len(mean)
        return cls(mean, scale * rng.random((size, size)))

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
        return (np.asarray(x) - self.mean / 2) @ direction

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
        ValueError
            If a size is negative.
        """
        if len(sizes) != 2 or min(sizes) < 0:
            raise ValueError(f"sizes are two numbers of 0 or more, not {sizes}")
        normals = [
            stream.standard_normal((size, len(self.mean)))
            for stream, size in zip(rng.spawn(2), sizes, strict=True)
        ]
        y = np.repeat([0, 1], sizes)
        return np.concatenate(normals) @ self.mixing + y[:, None] * self.mean, y

    def _whitened_mean(self) -> np.ndarray:
        return np.linalg.solve(self.mixing.T, self.mean)
