"""Tables of results."""

import xml.etree.ElementTree as ET
from unittest import mock

import numpy as np
import pytest

from evidence import tables
from evidence.stats import Estimate

LOST = Estimate(0.41, 0.38, 0.44, 20)
ROWS = [["batches <of> 2", 1280, LOST, 0.5], ["of 32", np.int64(80), None, 12.345]]
COLUMNS = ["training", "steps", "accuracy lost", "seconds"]
CAPTION = "Small batches lose & more."


def shown(rows=ROWS, columns=COLUMNS, caption=CAPTION):
    with mock.patch.object(tables, "display") as display:
        tables.show(rows, columns, caption=caption)
    return display.call_args.args[0]


def test_a_table_as_text_is_aligned():
    assert repr(shown()).splitlines() == [
        "Small batches lose & more.",
        "training        steps         accuracy lost  seconds",
        "batches <of> 2  1,280  0.410 [0.380, 0.440]    0.500",
        "of 32              80                     –     12.3",
    ]


def test_a_table_as_html_names_its_cells_and_keeps_its_roles():
    table = ET.fromstring(shown()._repr_mimebundle_()["text/html"])
    assert table.find("caption").text == CAPTION
    assert [head.text for head in table.iter("th")][:4] == COLUMNS
    first, *others = table.findall("tbody/tr")[0]
    assert (first.tag, first.text, first.get("scope")) == ("th", ROWS[0][0], "row")
    assert [cell.get("data-label") for cell in others] == COLUMNS[1:]
    assert [cell.text for cell in others] == ["1,280", "0.410 [0.380, 0.440]", "0.500"]
    assert {cell.get("class") for cell in others} == {"evidence-number"}
    assert all(e.get("role") for e in table.iter() if e.tag not in ("table", "caption"))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("as it is", "as it is"),
        (None, "–"),
        (True, "yes"),
        (np.bool_(False), "no"),
        (1234567, "1,234,567"),
        (0.12345, "0.123"),
        (0.5, "0.500"),
        (-1e-9 * 0, "0.00"),
        (99.96, "100"),
        (12345.6, "12,346"),
        (1e-7, "1.00e-07"),
        (np.float32(2.5), "2.50"),
        (float("nan"), "nan"),
        (LOST, "0.410 [0.380, 0.440]"),
    ],
)
def test_numbers_are_written_in_one_way(cell, text):
    assert tables.written(cell) == text


def test_a_column_of_words_is_not_numeric():
    data = shown([["a", 1, True], ["b", "two", False]], ["x", "y", "z"]).data
    assert data["numeric"] == [False, False, False]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"caption": " "}, "needs a caption"),
        ({"rows": []}, "needs a row"),
        ({"rows": [["a"]]}, "row 1 has 1 cells, there are 4 columns"),
    ],
)
def test_a_table_that_cannot_be_shown_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        shown(**changes)
