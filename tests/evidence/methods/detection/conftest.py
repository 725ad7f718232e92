"""ONNX Runtime's operators, as peers of the detector's parts."""

import numpy as np
import onnx
import onnxruntime
import pytest

KINDS = {"float32": onnx.TensorProto.FLOAT, "int64": onnx.TensorProto.INT64}


def run(op, opset, inputs, out="float32", **attributes):
    """Return the one output of an operator; its inputs are float32 or int64."""
    info = [
        onnx.helper.make_tensor_value_info(name, KINDS[str(array.dtype)], array.shape)
        for name, array in inputs.items()
    ]
    output = onnx.helper.make_tensor_value_info("out", KINDS[out], None)
    node = onnx.helper.make_node(op, list(inputs), ["out"], **attributes)
    graph = onnx.helper.make_graph([node], op, info, [output])
    opsets = [onnx.helper.make_opsetid("", opset)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, inputs)[0]


@pytest.fixture
def onnx_roi_align():
    """Align boxes (K, 4) on a map (C, H, W), all float32."""

    def align(cells, boxes, stride, bins, samples, aligned):
        return run(
            "RoiAlign",
            16,
            {"x": cells[None], "boxes": boxes, "image": np.zeros(len(boxes), np.int64)},
            mode="avg",
            output_height=bins,
            output_width=bins,
            sampling_ratio=samples,
            spatial_scale=1 / stride,
            coordinate_transformation_mode=(
                "half_pixel" if aligned else "output_half_pixel"
            ),
        )

    return align


@pytest.fixture
def onnx_roi_pool():
    """Pool boxes (K, 4) on a map (C, H, W), all float32."""

    def pool(cells, boxes, stride, bins):
        rows = np.concatenate([np.zeros((len(boxes), 1), np.float32), boxes], 1)
        return run(
            "MaxRoiPool",
            13,
            {"x": cells[None], "boxes": rows},
            pooled_shape=[bins, bins],
            spatial_scale=1 / stride,
        )

    return pool


@pytest.fixture
def onnx_nms():
    """Suppress boxes (N, 4) by their scores (classes, N).

    The result has a row (image, class, index) for each box that is kept.
    """

    def suppress(boxes, scores, threshold):
        inputs = {
            "boxes": boxes[None, :, [1, 0, 3, 2]].astype(np.float32),
            "scores": scores[None].astype(np.float32),
            "most": np.array([len(boxes)]),
            "threshold": np.array([threshold], np.float32),
        }
        return run("NonMaxSuppression", 11, inputs, out="int64")

    return suppress
