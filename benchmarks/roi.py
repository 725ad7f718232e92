"""Speed of `roi` beside ONNX Runtime and a version written with grid_sample.

    python -m benchmarks.roi [--rounds 15] [--quick] [--spin]

Prints a Markdown table for each number of threads. A speed is (time of the peer) /
(time of ours), median and quartiles over rounds in one process; above 1, ours is
faster. Seven by seven bins, two by two samples; boxes of all sizes up to half the
image. Our result lies in memory as torch's channels_last, which its convolutions read
as it is; the column *and copied* adds the copy into the peer's order, channels first.

Both libraries let a thread that waits spin for some milliseconds, in which it keeps a
processor from the other one, whose turn it is. Here they sleep, unless ``--spin`` asks
for it. On a machine that is busy, a thread may still have to wait for a processor: the
column *in processor time* counts the work alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import torch
from torch.nn import functional

from benchmarks.paired import options, ratio
from benchmarks.peers import onnx_roi_align, onnx_roi_pool
from evidence.methods.detection.roi import roi_align, roi_pool

# channels, cells along a side of the map, stride, boxes
CASES = [(256, 50, 16, 100), (256, 50, 16, 512), (256, 200, 4, 512), (512, 25, 32, 64)]
BINS, SAMPLES = 7, 2


def align_by_grid_sample(feature, boxes, stride):
    """Sample every box with one grid_sample, then average: the plain torch version."""
    height, width = feature.shape[1:]
    steps = (torch.arange(BINS * SAMPLES) + 0.5) / (BINS * SAMPLES)
    x, y = (
        boxes[:, i, None] + steps * (boxes[:, i + 2] - boxes[:, i])[:, None]
        for i in (0, 1)
    )
    x, y = 2 * x / (stride * width) - 1, 2 * y / (stride * height) - 1
    shape = (len(boxes), BINS * SAMPLES, BINS * SAMPLES)
    grid = torch.stack([x[:, None].expand(shape), y[..., None].expand(shape)], -1)
    sampled = functional.grid_sample(
        feature[None],
        grid.reshape(1, -1, BINS * SAMPLES, 2),
        padding_mode="border",
        align_corners=False,
    )
    pooled = functional.avg_pool2d(sampled, SAMPLES)[0]
    return pooled.unflatten(1, (len(boxes), BINS)).transpose(0, 1)


def with_gradient(align, feature, boxes, stride, gradient):
    """Return a function that runs forward and backward into the map."""

    def run(_):
        feature.grad = None
        align(feature, boxes, stride=stride).backward(gradient)
        return feature.grad

    return run


def compare(case, rounds, threads, spin):
    """Return the cells of the table's row for one case."""
    channels, size, stride, num_boxes = case
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(channels, size, size)).astype(np.float32)
    side = size * stride
    sides = rng.uniform(stride, side / 2, size=(num_boxes, 2))
    corners = rng.uniform(0, 1, size=(num_boxes, 2)) * (side - sides)
    boxes = np.concatenate([corners, corners + sides], 1).astype(np.float32)
    feature, boxes_torch = torch.tensor(cells), torch.tensor(boxes)
    onnx_align, onnx_pool = (
        function(cells, boxes, stride, threads=threads, spin=spin)
        for function in (onnx_roi_align, onnx_roi_pool)
    )

    def align(_):
        return roi_align(feature, boxes_torch, stride)

    def pool(_):
        return roi_pool(feature, boxes_torch, stride)

    def peer_align(_):
        return onnx_align()

    def peer_pool(_):
        return onnx_pool()

    learned = feature.clone().requires_grad_()
    gradient = torch.randn(num_boxes, channels, BINS, BINS)
    own_way, plain_way = (
        with_gradient(function, learned, boxes_torch, stride, gradient)
        for function in (roi_align, align_by_grid_sample)
    )
    return [
        f"{channels} x {size} x {size}, {num_boxes} boxes",
        ratio(align, peer_align, rounds),
        ratio(align, peer_align, rounds, clock=time.process_time),
        ratio(lambda _: align(0).contiguous(), peer_align, rounds),
        f"{np.abs(align(0).numpy() - peer_align(0)).max():.0e}",
        ratio(own_way, plain_way, rounds),
        f"{(own_way(0) - plain_way(0)).abs().max():.0e}",
        ratio(pool, peer_pool, max(2, rounds // 5)),
    ]


def table(cases, rounds, threads, spin):
    """Print the table for one number of threads."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    print(
        f"\nThreads: {threads}; while they wait they {'spin' if spin else 'sleep'}.\n\n"
        "| map | RoI Align / onnxruntime | in processor time | and copied | differ by "
        "| with gradient / grid_sample | differ by | RoI Pool / onnxruntime |\n"
        "|---|---|---|---|---|---|---|---|",
        flush=True,
    )
    for case in cases:
        cells = map(str, compare(case, rounds, threads, spin))
        print("| " + " | ".join(cells) + " |", flush=True)


def main():
    """Print the tables, each from a process of its own.

    OpenMP, which runs torch's threads, reads how they shall wait when it is loaded.
    """
    arguments = options(__doc__, 15, ("--spin", {"action": "store_true"}))
    policy = {} if arguments.spin else {"OMP_WAIT_POLICY": "PASSIVE"}
    cases = CASES[:1] if arguments.quick else CASES
    for threads in (1,) if arguments.quick else (1, 2):
        call = f"table({cases}, {arguments.rounds}, {threads}, {arguments.spin})"
        command = [sys.executable, "-c", f"from benchmarks.roi import table; {call}"]
        subprocess.run(command, env=os.environ | policy, check=True)


if __name__ == "__main__":
    main()
