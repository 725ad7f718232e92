"""Speed of `boxes` beside OpenCV, onnxruntime and the loop of the textbook.

    python -m benchmarks.boxes [--rounds 20] [--quick]

Prints a Markdown table. A speed is (time of the peer) / (time of ours), median and
quartiles over rounds in one process; above 1, ours is faster. Each round is another
set of boxes; that everybody keeps the same list is checked before anything is timed.
Owed is 1.0 or more against OpenCV at 1,000 uniform boxes and more. OpenCV takes
x, y, width, height, ours takes corners and checks them: each is given its own form.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np

from benchmarks.paired import options, ratio
from benchmarks.peers import onnx_nms
from evidence.methods.detection.boxes import greedy_nms, nms

SIZES = (100, 300, 1000, 3000, 10_000)
THRESHOLD = 0.5
DISTINCT = 8  # sets of boxes, taken in turn


def uniform(rng, n):
    """Boxes of 10 to 100 pixels anywhere in 1000 by 1000."""
    corner = rng.uniform(0, 1000, (n, 2))
    return np.hstack([corner, corner + rng.uniform(10, 100, (n, 2))])


def crowded(rng, n):
    """Boxes of 30 to 300 pixels in 600 by 600: one pair in five meets."""
    corner = rng.uniform(0, 600, (n, 2))
    return np.hstack([corner, corner + rng.uniform(30, 300, (n, 2))])


def clustered(rng, n):
    """Twenty detections around each object."""
    objects = uniform(rng, max(1, n // 20))[rng.integers(max(1, n // 20), size=n)]
    return np.sort(
        (objects + rng.normal(0, 4, (n, 4))).reshape(n, 2, 2), axis=1
    ).reshape(n, 4)


def rows(sizes, rounds):
    """Yield the table's rows."""
    for make in (uniform, crowded, clustered):
        cells = {"OpenCV": [], "onnxruntime": [], "loop": []}
        for n in sizes:
            data = []
            for seed in range(DISTINCT):
                rng = np.random.default_rng([seed, n])
                boxes = make(rng, n).astype(np.float32)  # exact in every precision
                scores = (rng.permutation(n) / n + 0.5).astype(np.float32)
                rects = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
                operator = onnx_nms(boxes, scores[None], THRESHOLD, threads=2)
                item = boxes.astype(float), scores.astype(float), rects, operator
                data.append(item)

            def ours(i, data=data):
                boxes, scores, _, _ = data[i % DISTINCT]
                return nms(boxes, scores, THRESHOLD)

            def opencv(i, data=data):
                _, scores, rects, _ = data[i % DISTINCT]
                return cv2.dnn.NMSBoxes(rects, scores, 0.0, THRESHOLD)

            def ort(i, data=data):
                return data[i % DISTINCT][3]()[:, 2]

            def loop(i, data=data):
                boxes, scores, _, _ = data[i % DISTINCT]
                return greedy_nms(boxes, scores, THRESHOLD)

            peers = {"OpenCV": opencv, "onnxruntime": ort, "loop": loop}
            for name, peer in peers.items():
                print(f"{make.__name__}, {n} boxes, {name}", file=sys.stderr)
                same = all(
                    np.array_equal(ours(i), np.ravel(peer(i))) for i in range(DISTINCT)
                )
                number = max(3, rounds // 4) if n >= 10_000 else rounds
                speed = str(ratio(ours, peer, number))
                cells[name].append(speed if same else f"{speed}, other boxes")
        for name, texts in cells.items():
            yield f"| {make.__name__} | {name} | " + " | ".join(texts) + " |"


def main():
    """Print the table."""
    arguments = options(__doc__, rounds=20)
    sizes = SIZES[:1] if arguments.quick else SIZES
    cv2.setNumThreads(2)
    print("| boxes | peer | " + " | ".join(f"{n:,}" for n in sizes), "|")
    print("|---|---|" + "---|" * len(sizes))
    for row in rows(sizes, arguments.rounds):
        print(row, flush=True)


if __name__ == "__main__":
    main()
