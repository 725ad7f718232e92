"""Read a box out of a feature map: bilinear interpolation, RoI Pool and RoI Align.

A feature map has shape (channels, height, width). One cell of it stands for ``stride``
by ``stride`` pixels of the image: the box ``x1, y1, x2, y2`` in pixels, with exclusive
ends, becomes ``box / stride`` in cells. Cell ``i`` covers the interval from ``i`` to
``i + 1``, and its value stands at its center, ``i + 1/2``. Where a position is called
an *index*, that half is subtracted: index 3.0 is the center of cell 3.

:func:`roi_pool` rounds the box to whole cells and takes the maximum of each bin.
:func:`roi_align` rounds nothing: each bin is the average of interpolated samples. That
average is linear in the map, with few nonzero weights, so one call of torch's
``embedding_bag`` computes all boxes; :func:`roi_align_matrices` writes the same map as
two small matrices, one for the rows and one for the columns.

References
----------
Girshick (2015), "Fast R-CNN", ICCV (RoI Pool).
He, Gkioxari, Dollár & Girshick (2017), "Mask R-CNN", ICCV (RoI Align).
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from evidence import checks
from evidence.checks import door
from evidence.methods.detection.boxes import check_boxes

FARTHEST = 1e18  # cells; what is rounded to whole cells is taken to lie no farther out


# --- At the door ----------------------------------------------------------------------


def _real(values, name: str) -> torch.Tensor:
    """Return a tensor of floating-point numbers; keep its precision and its graph."""
    if isinstance(values, torch.Tensor):
        if values.dtype == torch.bool or values.is_complex():
            raise TypeError(f"{name} must be real numbers, not {values.dtype}")
    elif isinstance(values, (np.ndarray, np.generic)):
        if values.dtype == object:
            values = checks.array(values, name)
        checks.array(np.atleast_1d(values)[:0], name)  # of what kind are they?
        native = float if values.itemsize > 8 else values.dtype.newbyteorder("=")
        values = torch.from_numpy(np.require(values, native, "CW"))
    else:
        checks.array(values, name, finite=False)
        values = torch.as_tensor(values)
    if values.is_floating_point():
        return values
    return values.to(torch.get_default_dtype())


def _check_feature(feature) -> torch.Tensor:
    feature = _real(feature, "feature")
    if feature.ndim != 3 or 0 in feature.shape:
        raise ValueError(
            "feature must have the shape (channels, height, width), none of them 0, "
            f"not {tuple(feature.shape)}"
        )
    return feature


def _check_regions(boxes, stride) -> tuple[torch.Tensor, float]:
    """Return boxes with their graph, at least in single precision, and the stride."""
    stride = checks.number(stride, "stride", above=0)
    keep = isinstance(boxes, torch.Tensor) and boxes.is_floating_point()
    if keep and boxes.dtype.itemsize < 4:
        boxes = boxes.float()
    checked = check_boxes(boxes)
    boxes = boxes if keep else torch.from_numpy(checked)
    largest, precision = np.abs(checked).max(initial=0), torch.finfo(boxes.dtype)
    if stride < precision.tiny or largest > stride * (precision.max / 4):
        raise ValueError(f"stride = {stride} is too small for boxes up to {largest:g}")
    return boxes, stride


def _check_grid(boxes, stride, bins, samples, aligned):
    return (
        *_check_regions(boxes, stride),
        checks.whole(bins, "bins", least=1),
        checks.whole(samples, "samples", least=1),
        checks.flag(aligned, "aligned"),
    )


def _check_align(feature, boxes, stride, bins, samples, aligned):
    return _check_feature(feature), *_check_grid(boxes, stride, bins, samples, aligned)


def _check_pool(feature, boxes, stride, bins):
    boxes, stride = _check_regions(boxes, stride)
    return _check_feature(feature), boxes, stride, checks.whole(bins, "bins", least=1)


def _check_points(feature, x, y):
    feature, x, y = _check_feature(feature), _real(x, "x"), _real(y, "y")
    if x.shape != y.shape:
        raise ValueError(
            f"x and y need one shape, not {tuple(x.shape)} and {tuple(y.shape)}"
        )
    if not (torch.isfinite(x).all() and torch.isfinite(y).all()):
        raise ValueError("x and y must be finite, without NaN or infinity")
    return feature, x, y


def _check_index(index, size):
    return _positions(index, "index"), checks.whole(size, "size", least=1)


def _check_samples(x, size, bins):
    x, size = _positions(x, "x"), checks.whole(size, "size", least=1)
    bins = checks.whole(bins, "bins", least=1)
    if x.ndim != 2 or x.shape[1] % bins:
        raise ValueError(
            f"x must have the shape (K, bins * samples) with bins = {bins}, "
            f"not {tuple(x.shape)}"
        )
    return x, size, bins


def _positions(values, name: str) -> torch.Tensor:
    values = _real(values, name)
    if torch.isnan(values).any():
        raise ValueError(f"{name} must hold positions, not NaN")
    return values


def _check_cells(start, stop, bins):
    start, stop = checks.whole(start, "start"), checks.whole(stop, "stop")
    if stop <= start:
        raise ValueError(f"a box needs a cell: stop = {stop}, start = {start}")
    return start, stop, checks.whole(bins, "bins", least=1)


# --- Bilinear interpolation -----------------------------------------------------------


@door(_check_points)
def bilinear(feature, x, y) -> torch.Tensor:
    """Interpolate a feature map at points between its cells.

    Parameters
    ----------
    feature : torch.Tensor or array_like, shape (C, H, W)
        Values at the indices (row, column).
    x, y : torch.Tensor or array_like, any common shape
        Column and row index of each point, not rounded. The value at the edge
        continues for one cell beyond the first and the last index, which is half a
        cell beyond the map; farther out it is 0, as in RoI Align.

    Returns
    -------
    torch.Tensor, shape (C, *shape of x)
        Differentiable in the map and in the points.

    Raises
    ------
    TypeError
        If the numbers are not real.
    ValueError
        If the map has another number of axes, x and y differ in shape, or one of them
        is not finite.

    Examples
    --------
    >>> bilinear([[[0.0, 1.0], [2.0, 3.0]]], 0.25, 0.5)
    tensor([1.2500])
    """
    rows, row_weights = neighbors(y, feature.shape[1])
    columns, column_weights = neighbors(x, feature.shape[2])
    values = feature[:, rows[..., :, None], columns[..., None, :]]  # (C, ..., 2, 2)
    weights = row_weights[..., :, None] * column_weights[..., None, :]
    return (values * weights.to(feature.dtype)).sum((-2, -1))


@door(_check_index)
def neighbors(index: torch.Tensor, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the two cells around an index on one axis, and their weights.

    Parameters
    ----------
    index : torch.Tensor, any shape
        Not rounded; the centers of the cells are whole numbers, 0 to ``size - 1``.
    size : int
        Number of cells of the axis.

    Returns
    -------
    cells : torch.Tensor of int64, shape (..., 2)
        The cell before and the cell after, inside the axis.
    weights : torch.Tensor, shape (..., 2)
        ``1 - t`` and ``t``, where ``t`` is how far the index has gone from the one to
        the other. Both are 0 for an index below -1 or above ``size``, which is more
        than half a cell outside the map.

    Raises
    ------
    TypeError, ValueError
        If the indices are not real numbers, or the size is no positive whole number.

    References
    ----------
    The rule at the border is that of the implementations of RoI Align (Detectron and
    those that followed it), not of He et al. (2017), who do not give one.
    """
    inside = (index >= -1) & (index <= size)
    index = index.clamp(0, size - 1)
    before = index.detach().floor()
    t = index - before
    cells = before.long()[..., None] + torch.tensor([0, 1])
    weights = torch.stack([1 - t, t], -1) * inside[..., None]
    return cells.clamp(max=size - 1), weights


# --- RoI Align ------------------------------------------------------------------------


@door(_check_grid)
def sample_positions(
    boxes,
    stride: float,
    bins: int = 7,
    samples: int = 2,
    aligned: bool = True,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return where RoI Align samples the map: a regular grid that fills each box.

    A box is divided into ``bins`` by ``bins`` bins of equal size, each bin into
    ``samples`` by ``samples`` parts of equal size, whose centers are the samples.

    Parameters
    ----------
    boxes : torch.Tensor or array_like, shape (K, 4)
        ``x1, y1, x2, y2`` in pixels of the image, exclusive ends.
    stride : float
        Pixels to a cell of the map, more than 0.
    bins, samples : int
        Bins of a box along each axis, and samples of a bin along each axis.
    aligned : bool
        Whether to subtract the half cell by which an index differs from a position.
        ``False`` keeps the shift of the first implementations, which also stretch
        boxes smaller than one cell to one cell.

    Returns
    -------
    x, y : torch.Tensor, shape (K, bins * samples)
        Column and row indices of the samples, in the order of the axis.

    Raises
    ------
    TypeError
        If the boxes are not real numbers, or a size is not a number of its kind.
    ValueError
        If a box is malformed (the message names its row), or a size is out of range.

    References
    ----------
    He et al. (2017), section 3 and figure 3.
    """
    corners = boxes / stride - 0.5 * aligned
    sides = corners[:, 2:] - corners[:, :2]
    if not aligned:
        sides = sides.clamp(min=1)
    steps = (torch.arange(bins * samples, dtype=boxes.dtype) + 0.5) / (bins * samples)
    x, y = (corners[:, i, None] + steps * sides[:, i, None] for i in (0, 1))
    return x, y


# For functions whose boxes are checked already.
_sample_positions, _neighbors = sample_positions.__wrapped__, neighbors.__wrapped__


@door(_check_align)
def roi_align(
    feature,
    boxes,
    stride: float = 16,
    bins: int = 7,
    samples: int = 2,
    aligned: bool = True,
) -> torch.Tensor:
    """Average bilinear samples in each bin of each box.

    Parameters
    ----------
    feature : torch.Tensor or array_like, shape (C, H, W)
        The feature map of one image.
    boxes, stride, bins, samples, aligned
        As in :func:`sample_positions`.

    Returns
    -------
    torch.Tensor, shape (K, C, bins, bins)
        Rows before columns, in torch's memory format ``channels_last``. Differentiable
        in the map and in the boxes.

    Raises
    ------
    TypeError
        If the numbers are not real.
    ValueError
        If the map has another number of axes, a box is malformed (the message names
        its row), or a size is out of range.

    Notes
    -----
    A bin is a weighted sum of ``(2 * samples)**2`` of the map's columns of channels,
    and that is what ``embedding_bag`` computes: for each bag of indices a weighted sum
    of rows of a table. No sample is ever stored.

    References
    ----------
    He et al. (2017), section 3 and figure 3.
    """
    x, y = _sample_positions(boxes, stride, bins, samples, aligned)
    (C, H, W), taps = feature.shape, 2 * samples  # cells of a bin along an axis
    rows, row_weights = (part.view(-1, bins, taps) for part in _neighbors(y, H))
    columns, column_weights = (part.view(-1, bins, taps) for part in _neighbors(x, W))
    rows, row_weights = rows * W, row_weights / samples**2  # the average over both axes

    # Each row of a bin with each of its columns: r r s s with c d c d.
    rows, row_weights = (
        part.repeat_interleave(taps, 2)[:, :, None] for part in (rows, row_weights)
    )
    columns, column_weights = (
        part.repeat(1, 1, taps)[:, None] for part in (columns, column_weights)
    )
    indices = (rows + columns).flatten(0, 2)  # (K * bins**2, taps**2)
    weights = (row_weights * column_weights).flatten(0, 2)
    pooled = functional.embedding_bag(
        indices,
        feature.flatten(1).T.contiguous(),  # a table: one row of channels to a cell
        per_sample_weights=weights.to(feature.dtype),
        mode="sum",
    )
    return pooled.view(-1, bins, bins, C).permute(0, 3, 1, 2)


@door(_check_samples)
def axis_weights(x, size: int, bins: int = 7) -> torch.Tensor:
    """Return the matrices that average interpolated samples along one axis.

    A sample at index ``x`` weighs cell ``i`` with the hat ``max(0, 1 - |x - i|)``.

    Parameters
    ----------
    x : torch.Tensor, shape (K, bins * samples)
        Indices of the samples along the axis, from :func:`sample_positions`.
    size : int
        Number of cells of the axis.
    bins : int
        Number of bins.

    Returns
    -------
    torch.Tensor, shape (K, bins, size)
        A row sums to 1, unless a sample's index is below -1 or above ``size``.

    Raises
    ------
    TypeError, ValueError
        If the samples are not real numbers, do not fill the bins, or a size is no
        positive whole number.
    """
    inside = (x >= -1) & (x <= size)
    cells = torch.arange(size, dtype=x.dtype)
    distance = (x.clamp(0, size - 1)[..., None] - cells).abs()
    hats = (1 - distance).clamp(min=0) * inside[..., None]
    return hats.unflatten(1, (bins, -1)).mean(2)


@door(_check_align)
def roi_align_matrices(
    feature,
    boxes,
    stride: float = 16,
    bins: int = 7,
    samples: int = 2,
    aligned: bool = True,
) -> torch.Tensor:
    """Compute :func:`roi_align` as ``rows @ feature @ columns.T`` for each box.

    Parameters, result and errors are those of :func:`roi_align`; it is the shorter
    explanation and the slower function.
    """
    x, y = sample_positions(boxes, stride, bins, samples, aligned)
    rows = axis_weights(y, feature.shape[1], bins).to(feature.dtype)  # (K, bins, H)
    columns = axis_weights(x, feature.shape[2], bins).to(feature.dtype)
    return torch.einsum("kih,chw,kjw->kcij", rows, feature, columns)


# --- RoI Pool -------------------------------------------------------------------------


@door(_check_regions)
def pool_cells(boxes, stride: float) -> torch.Tensor:
    """Return the cells that RoI Pool takes for each box: rounded, both ends included.

    Parameters
    ----------
    boxes : torch.Tensor or array_like, shape (K, 4)
        ``x1, y1, x2, y2`` in pixels of the image.
    stride : float
        Pixels to a cell of the map, more than 0.

    Returns
    -------
    torch.Tensor of int64, shape (K, 4)
        First column, first row, and the column and row *after* the last: exclusive
        ends again, so that the convention's "+ 1" is in them.

    Raises
    ------
    TypeError, ValueError
        As in :func:`sample_positions`.

    References
    ----------
    Girshick's Caffe layer ``roi_pooling_layer.cpp`` (Fast R-CNN, 2015): C's ``round``,
    half away from zero.
    """
    scaled = (boxes.detach() / stride).clamp(-FARTHEST, FARTHEST)
    whole = scaled.trunc()
    away = ((scaled - whole).abs() >= 0.5) * scaled.sign()
    cells = (whole + away).long()
    return cells + torch.tensor([0, 0, 1, 1])


@door(_check_cells)
def pool_bins(start: int, stop: int, bins: int = 7) -> list[tuple[int, int]]:
    """Return the first cell of each bin and the cell after its last.

    Of ``n`` cells, bin ``i`` takes those from ``floor(i n / bins)`` to
    ``ceil((i + 1) n / bins)``. Bins overlap where ``n`` is no multiple of ``bins``, and
    none is empty.

    Parameters
    ----------
    start, stop : int
        The box's cells along one axis, ``start < stop``.
    bins : int
        Number of bins.

    Returns
    -------
    list of (int, int), length bins

    Raises
    ------
    TypeError
        If a number is not a whole one.
    ValueError
        If there is no cell, or no bin.

    Examples
    --------
    >>> pool_bins(0, 4, bins=3)
    [(0, 2), (1, 3), (2, 4)]
    """
    n = stop - start
    return [
        (start + i * n // bins, start - (-(i + 1) * n // bins)) for i in range(bins)
    ]


_pool_bins = pool_bins.__wrapped__  # for the loop over boxes


@door(_check_pool)
def roi_pool(feature, boxes, stride: float = 16, bins: int = 7) -> torch.Tensor:
    """Take the maximum in each bin of each box, rounded to whole cells.

    Parameters
    ----------
    feature : torch.Tensor or array_like, shape (C, H, W)
        The feature map of one image.
    boxes : torch.Tensor or array_like, shape (K, 4)
        ``x1, y1, x2, y2`` in pixels of the image.
    stride : float
        Pixels to a cell of the map, more than 0.
    bins : int
        Bins of a box along each axis.

    Returns
    -------
    torch.Tensor, shape (K, C, bins, bins)
        Bins outside the map are 0. Differentiable in the map (cells that tie for a
        maximum share its gradient), constant between the jumps in the boxes.

    Raises
    ------
    TypeError, ValueError
        As in :func:`roi_align`.

    References
    ----------
    Girshick (2015), section 2.1, and its Caffe layer.
    """
    cells, table = pool_cells(boxes, stride), feature.permute(1, 2, 0).contiguous()
    pooled = feature.new_empty(len(cells), bins, bins, len(feature))
    for k, (x1, y1, x2, y2) in enumerate(cells.tolist()):
        columns = table[:, max(x1, 0) : max(x2, 0)]  # (H, w, C)
        rows = _maxima(columns, _pool_bins(y1, y2, bins), axis=0)  # (bins, w, C)
        ranges = _pool_bins(x1 - max(x1, 0), x2 - max(x1, 0), bins)
        pooled[k] = _maxima(rows, ranges, axis=1)
    return pooled.permute(0, 3, 1, 2)


def _maxima(values: torch.Tensor, ranges, axis: int) -> torch.Tensor:
    """Return the maximum over each range of an axis, 0 where no cell is in range."""
    size, maxima = values.shape[axis], []
    for start, stop in ranges:
        start, stop = min(max(start, 0), size), min(max(stop, 0), size)
        if start < stop:
            maxima.append(values.narrow(axis, start, stop - start).amax(axis))
        else:
            maxima.append(torch.zeros_like(values.sum(axis)))
    return torch.stack(maxima, axis)
