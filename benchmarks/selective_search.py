"""Speed of `selective_search` beside OpenCV and scikit-image.

    python -m benchmarks.selective_search [--rounds 9] [--quick]

Prints a Markdown table of (our time) / (time of the peer), median and quartiles
over rounds in one process on two threads; below 1, ours is faster. Owed are at most 0.5
of OpenCV's selective search in fast mode, and 0.35 of scikit-image's segmentation.
"""

from __future__ import annotations

import cv2
import numpy as np
from cv2 import ximgproc
from skimage import data
from skimage import segmentation as skimage_segmentation
from sklearn.metrics import adjusted_rand_score

from benchmarks.paired import options, ratio
from evidence.methods.detection.selective_search import (
    grid_edges,
    segment,
    selective_search,
    smooth,
)

PHOTOGRAPHS = ("chelsea", "coffee", "rocket", "astronaut")


def opencv_search(image):
    """Return a function that runs OpenCV's selective search in fast mode."""
    bgr = np.ascontiguousarray(image[..., ::-1])

    def run(_):
        search = ximgproc.segmentation.createSelectiveSearchSegmentation()
        search.setBaseImage(bgr)
        search.switchToSelectiveSearchFast()
        return search.process()

    return run


def share(ours, peer, rounds):
    """Return our time over the peer's, as text."""
    found = ratio(peer, ours, rounds)  # swapped: the peer's place is below the line
    return f"{found.median:.2f} ({found.low:.2f} to {found.high:.2f})"


def main():
    """Print the table."""
    arguments = options(__doc__, rounds=9)
    photographs = PHOTOGRAPHS[:1] if arguments.quick else PHOTOGRAPHS
    cv2.setNumThreads(2)
    print("| photograph | fast / OpenCV | segments / skimage | ARI |")
    print("|---|---|---|---|")
    for name in photographs:
        image = getattr(data, name)()

        def theirs(_, image=image):
            return skimage_segmentation.felzenszwalb(image, 200, 0.8, 100)

        def ours(_, image=image):
            planes = smooth(image)
            return segment(grid_edges(planes), planes.shape[1:], 200, 100)

        cells = [
            share(
                lambda _, image=image: selective_search(image, "opencv"),
                opencv_search(image),
                arguments.rounds,
            ),
            share(ours, theirs, arguments.rounds),
        ]
        agreement = adjusted_rand_score(ours(0).ravel(), theirs(0).ravel())
        print(f"| {name} | {' | '.join(cells)} | {agreement:.4f} |", flush=True)


if __name__ == "__main__":
    main()
