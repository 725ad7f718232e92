"""Speed and accuracy of `ransac` beside scikit-image, scikit-learn and OpenCV.

    python -m benchmarks.ransac [--rounds 20] [--quick]

Prints a Markdown table. A speed is (time of the peer) / (time of ours), median and
quartiles over rounds in one process of two threads; above 1, ours is faster. Each round
is another data set of 500 points. Everybody stops at the confidence 0.99, or after
10,000 samples (50,000 for a homography at nine outliers in ten); scikit-image also runs
with its default, which stops at a confidence a rounding error below 1. "Success" is the
share of data sets whose model comes near to 90 % of the true inliers.
"""

from __future__ import annotations

import sys
import warnings

import cv2
import numpy as np
import skimage.measure
import skimage.transform
import sklearn.linear_model
from threadpoolctl import threadpool_limits

from benchmarks.paired import options, ratio
from evidence.methods.ransac import (
    Homography,
    Line,
    homography_scene,
    line_scene,
    ransac,
    trials_needed,
)

SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
CONFIDENCE = 0.99
NUM_POINTS = 500
PIXEL = 1.0  # noise of the homographies' matches; the lines' is half a unit
LINE_NOISE = 0.5
CORNERS = np.array([[0, 0], [640, 0], [640, 480], [0, 480]], dtype=float)


def line_peers(threshold, trials):
    """Return the peers that fit lines: name -> points, seed -> (a, b, c)."""

    def scikit_image(points, seed):
        found, _ = skimage.measure.ransac(
            points,
            skimage.measure.LineModelND,
            2,
            threshold,
            max_trials=trials,
            stop_probability=CONFIDENCE,
            rng=seed,
        )
        along = found.direction / np.linalg.norm(found.direction)
        normal = np.array([-along[1], along[0]])
        return np.append(normal, -normal @ found.origin)

    def scikit_learn(points, seed):
        found = sklearn.linear_model.RANSACRegressor(
            min_samples=2,
            residual_threshold=threshold,
            max_trials=trials,
            stop_probability=CONFIDENCE,
            random_state=seed,
        ).fit(points[:, :1], points[:, 1])
        slope, start = found.estimator_.coef_[0], found.estimator_.intercept_
        return np.array([slope, -1, start]) / np.hypot(slope, 1)

    return {"scikit-image": scikit_image, "scikit-learn": scikit_learn}


def homography_peers(threshold, trials):
    """Return the peers that fit homographies: name -> points, seed -> H."""

    def scikit_image(stop_probability):
        def run(points, seed):
            found, _ = skimage.measure.ransac(
                (points[:, :2], points[:, 2:]),
                skimage.transform.ProjectiveTransform,
                4,
                threshold,
                max_trials=trials,
                stop_probability=stop_probability,
                rng=seed,
            )
            return None if found is None else found.params

        return run

    def opencv(method):
        def run(points, seed):
            cv2.setRNGSeed(seed)
            H, _ = cv2.findHomography(
                points[:, :2],
                points[:, 2:],
                method,
                threshold,
                maxIters=trials,
                confidence=CONFIDENCE,
            )
            return H

        return run

    return {
        "scikit-image": scikit_image(CONFIDENCE),
        "scikit-image, default": scikit_image(1),
        "OpenCV RANSAC": opencv(cv2.RANSAC),
        "OpenCV MAGSAC++": opencv(cv2.USAC_MAGSAC),
    }


def support(model, found, points, is_inlier, threshold):
    """Return the share of the true inliers that a model comes near to."""
    if found is None or not np.isfinite(found).all():
        return 0.0
    squared = model.squared_residuals(found[None], points[is_inlier])[0]
    return (squared < threshold**2).mean()


def rows(title, model, scene, sigma, make_peers, shares, rounds):
    """Yield the table's rows: peer, and for each outlier share speed and successes."""
    cells = {}
    for share in shares:
        threshold = 3 * sigma
        trials = 50_000 if model.sample_size == 4 and share == 0.9 else 10_000
        data = [
            scene(np.random.default_rng([seed, 1]), NUM_POINTS, share, sigma)
            for seed in range(rounds)
        ]

        def ours(number, data=data, threshold=threshold, trials=trials):
            found = ransac(
                data[number][0],
                model,
                threshold,
                confidence=CONFIDENCE,
                max_trials=trials,
                seed=number,
            )
            return found.model

        def success(function, data=data, threshold=threshold):
            supports = [
                support(model, function(i), points, is_inlier, threshold)
                for i, (points, is_inlier, _) in enumerate(data)
            ]
            return f"{np.mean(np.array(supports) >= 0.9):.2f}"

        cells.setdefault("ours", []).append(f"success {success(ours)}")
        for name, peer in make_peers(threshold, trials).items():
            too_many = trials_needed(1 - share, model.sample_size) > 10_000
            if name.startswith("scikit-image") and too_many:
                cells[name].append("(takes minutes)")
                continue

            def theirs(number, peer=peer, data=data):
                return peer(data[number][0], number)

            print(f"{title}, {share:.0%} outliers, {name}", file=sys.stderr)
            speed = ratio(ours, theirs, rounds)
            text = f"{speed}; success {success(theirs)}"
            cells.setdefault(name, []).append(text)
    for name, texts in cells.items():
        yield f"| {title} | {name} | " + " | ".join(texts) + " |"


def main():
    """Print the table."""
    arguments = options(__doc__, rounds=20)
    shares = SHARES[:1] if arguments.quick else SHARES
    warnings.simplefilter("ignore")
    cv2.setNumThreads(2)
    with threadpool_limits(2):
        print(
            "| model | peer | " + " | ".join(f"{s:.0%} outliers" for s in shares), "|"
        )
        print("|---|---|" + "---|" * len(shares))
        line = ("line", Line(), line_scene, LINE_NOISE, line_peers)
        homography = (
            "homography",
            Homography(),
            homography_scene,
            PIXEL,
            homography_peers,
        )
        for task in (line, homography):
            for row in rows(*task, shares, arguments.rounds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
