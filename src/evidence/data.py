"""Data the chapters share, loaded without a network.

Whatever is loaded here travels inside an installed package.
"""

from __future__ import annotations

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

    Chapter: book/normalization/batchnorm-train-eval.ipynb.
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

    Chapter: book/detection-geometry/ransac.ipynb.
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(
            f"no photograph {name!r}; there are {', '.join(sorted(PHOTOGRAPHS))}"
        )
    import skimage

    picture = skimage.util.img_as_float64(getattr(skimage.data, name)())
    return picture if picture.ndim == 3 else skimage.color.gray2rgb(picture)
