"""Speed of `evidence.roi` beside ONNX Runtime and a version written with grid_sample.

    python -m benchmarks.roi [--rounds 15] [--threads 2]

Prints a Markdown table. A speed is (time of the peer) / (time of ours), median and
quartiles over rounds in one process; above 1, ours is faster. Seven by seven bins, two
by two samples; boxes of all sizes up to half the image. Our result lies in memory as
torch's channels_last, which its convolutions read as it is; the second column adds the
copy into the peer's order, channels first.
"""

from __future__ import annotations

import argparse

import numpy as np
import onnx
import onnxruntime
import torch
from torch.nn import functional

from benchmarks.paired import ratio
from evidence.roi import roi_align, roi_pool

# channels, cells along a side of the map, stride, boxes
CASES = [(256, 50, 16, 100), (256, 50, 16, 512), (256, 200, 4, 512), (512, 25, 32, 64)]
BINS, SAMPLES = 7, 2


def onnx_operator(op, opset, threads, inputs, **attributes):
    """Return a function that runs one operator of ONNX Runtime on named arrays."""
    kinds = {"float32": onnx.TensorProto.FLOAT, "int64": onnx.TensorProto.INT64}
    info = [
        onnx.helper.make_tensor_value_info(name, kinds[str(array.dtype)], array.shape)
        for name, array in inputs.items()
    ]
    out = onnx.helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, None)
    node = onnx.helper.make_node(op, list(inputs), ["out"], **attributes)
    graph = onnx.helper.make_graph([node], op, info, [out])
    opsets = [onnx.helper.make_opsetid("", opset)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, inputs)[0]


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


def compare(case, rounds, threads):
    """Return the cells of the table's row for one case."""
    channels, size, stride, num_boxes = case
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(channels, size, size)).astype(np.float32)
    side = size * stride
    sides = rng.uniform(stride, side / 2, size=(num_boxes, 2))
    corners = rng.uniform(0, 1, size=(num_boxes, 2)) * (side - sides)
    boxes = np.concatenate([corners, corners + sides], 1).astype(np.float32)
    feature, boxes_torch = torch.tensor(cells), torch.tensor(boxes)

    align = onnx_operator(
        "RoiAlign",
        16,
        threads,
        {
            "x": cells[None],
            "boxes": boxes,
            "image": np.zeros(num_boxes, np.int64),
        },
        mode="avg",
        output_height=BINS,
        output_width=BINS,
        sampling_ratio=SAMPLES,
        spatial_scale=1 / stride,
        coordinate_transformation_mode="half_pixel",
    )
    rows = np.concatenate([np.zeros((num_boxes, 1), np.float32), boxes], 1)
    pool = onnx_operator(
        "MaxRoiPool",
        13,
        threads,
        {"x": cells[None], "boxes": rows},
        pooled_shape=[BINS, BINS],
        spatial_scale=1 / stride,
    )

    def ours(_):
        return roi_align(feature, boxes_torch, stride)

    error = np.abs(ours(0).numpy() - align()).max()
    learned = feature.clone().requires_grad_()
    gradient = torch.randn(num_boxes, channels, BINS, BINS)
    own_way, plain_way = (
        with_gradient(function, learned, boxes_torch, stride, gradient)
        for function in (roi_align, align_by_grid_sample)
    )
    apart = float((own_way(0) - plain_way(0)).abs().max())
    return [
        f"{channels} x {size} x {size}, {num_boxes} boxes",
        str(ratio(ours, lambda _: align(), rounds)),
        str(ratio(lambda _: ours(0).contiguous(), lambda _: align(), rounds)),
        f"{error:.0e}",
        str(ratio(own_way, plain_way, rounds)),
        f"{apart:.0e}",
        str(
            ratio(
                lambda _: roi_pool(feature, boxes_torch, stride),
                lambda _: pool(),
                max(2, rounds // 5),
            )
        ),
    ]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    print(
        "| map | RoI Align / onnxruntime | and copied | differ by "
        "| with gradient / grid_sample | differ by | RoI Pool / onnxruntime |"
    )
    print("|---|---|---|---|---|---|---|")
    for case in CASES:
        cells = compare(case, arguments.rounds, arguments.threads)
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
