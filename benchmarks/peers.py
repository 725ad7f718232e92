"""ONNX Runtime's operators, as peers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime


def onnx_operator(
    op: str,
    opset: int,
    inputs: dict,
    threads: int = 1,
    spin: bool = False,
    out: str = "float32",
    **attributes,
) -> Callable[[], np.ndarray]:
    """Return a function that runs one operator of ONNX Runtime.

    Parameters
    ----------
    op : str
        Name of the operator.
    opset : int
        Version of the set of operators.
    inputs : dict of str to numpy.ndarray
        In the operator's order, of float32 or int64.
    threads : int
        How many threads the operator may use.
    spin : bool
        Whether idle threads wait for work in a loop, ready at once but keeping a
        processor from whatever runs beside.
    out : str
        Type of the output, float32 or int64.
    **attributes
        Of the operator.

    Returns
    -------
    callable
        Takes nothing, returns the operator's one output.
    """
    kinds = {"float32": onnx.TensorProto.FLOAT, "int64": onnx.TensorProto.INT64}
    info = [
        onnx.helper.make_tensor_value_info(name, kinds[str(array.dtype)], array.shape)
        for name, array in inputs.items()
    ]
    output = onnx.helper.make_tensor_value_info("out", kinds[out], None)
    node = onnx.helper.make_node(op, list(inputs), ["out"], **attributes)
    graph = onnx.helper.make_graph([node], op, info, [output])
    opsets = [onnx.helper.make_opsetid("", opset)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spin)))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, inputs)[0]


def onnx_roi_align(
    cells: np.ndarray,
    boxes: np.ndarray,
    stride: float,
    bins: int = 7,
    samples: int = 2,
    aligned: bool = True,
    **how,
) -> Callable[[], np.ndarray]:
    """Return a function that aligns boxes (K, 4) on a map (C, H, W), all float32."""
    return onnx_operator(
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
        **how,
    )


def onnx_roi_pool(
    cells: np.ndarray, boxes: np.ndarray, stride: float, bins: int = 7, **how
) -> Callable[[], np.ndarray]:
    """Return a function that pools boxes (K, 4) on a map (C, H, W), all float32."""
    rows = np.concatenate([np.zeros((len(boxes), 1), np.float32), boxes], 1)
    return onnx_operator(
        "MaxRoiPool",
        13,
        {"x": cells[None], "boxes": rows},
        pooled_shape=[bins, bins],
        spatial_scale=1 / stride,
        **how,
    )


def onnx_nms(
    boxes: np.ndarray, scores: np.ndarray, threshold: float, **how
) -> Callable[[], np.ndarray]:
    """Return a function that suppresses boxes (N, 4) by their scores (classes, N).

    Its result has a row (image, class, index) for each box it keeps.
    """
    return onnx_operator(
        "NonMaxSuppression",
        11,
        {
            "boxes": boxes[None, :, [1, 0, 3, 2]].astype(np.float32),
            "scores": scores[None].astype(np.float32),
            "most": np.array([len(boxes)]),
            "threshold": np.array([threshold], np.float32),
        },
        out="int64",
        **how,
    )
