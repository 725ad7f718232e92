"""Chapters print the same whatever the processor and its threads.

``make test`` runs all of them with one thread. Each is run anew, in strict comparison
with its stored outputs, with four, and with two and the kernels that the libraries keep
for any processor (no AVX2, no FMA, no AVX-512): one chapter when it is its turn
(``rotation.py``), all of them in ``make machines``.
"""

import json
import platform

import copies
import pytest
import torch
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from tools.notebooks import ROOT


def threads(number: int) -> dict[str, str]:
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: str(number) for name in names}


# NumPy refuses names that it was not built with, and those of its baseline; the names
# change with its version.
DISPATCHED = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
GENERIC = {
    "ATEN_CPU_CAPABILITY": "default",  # torch's own kernels
    "MKL_CBWR": "COMPATIBLE",  # torch's matrix products
    "ONEDNN_MAX_CPU_ISA": "SSE41",  # torch's convolutions
    "OPENBLAS_CORETYPE": "Nehalem",  # NumPy's and SciPy's matrix products
    "NPY_DISABLE_CPU_FEATURES": " ".join(DISPATCHED),  # NumPy's own loops
}
MACHINES = {
    "4-threads": threads(4),
    "2-threads-of-a-generic-processor": GENERIC | threads(2),
}

ASK = """
import json
import numpy as np
import torch
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from threadpoolctl import threadpool_info

blas = [x for x in threadpool_info() if x["internal_api"] == "openblas"]
print(json.dumps({
    "torch": torch.backends.cpu.get_cpu_capability(),
    "numpy": [name for name in __cpu_dispatch__ if __cpu_features__[name]],
    "openblas": [x["architecture"] for x in blas],
    "threads": [torch.get_num_threads(), *(x["num_threads"] for x in blas)],
}))
"""
MULTIPLY_AND_CONVOLVE = """
import torch

torch.ones(64, 64) @ torch.ones(64, 64)
with torch.no_grad():
    torch.nn.functional.conv2d(torch.ones(8, 3, 64, 64), torch.ones(8, 3, 3, 3))
"""


def kernel_s_answer(tmp_path, variables) -> dict:
    """Run a cell that asks the libraries what they use, in a kernel of its own."""
    (outputs,) = copies.in_a_kernel(tmp_path, ASK, **variables)
    return json.loads(outputs[0].text)


def test_the_generic_variables_reach_the_libraries_in_a_kernel(tmp_path):
    answer = kernel_s_answer(tmp_path, MACHINES["2-threads-of-a-generic-processor"])
    assert answer["torch"] == "DEFAULT"
    assert answer["numpy"] == []
    assert set(answer["openblas"]) <= {"Nehalem", "armv8"}
    assert answer["threads"] == [2] * len(answer["threads"])


def test_the_generic_variables_reach_the_libraries_inside_torch(tmp_path):
    log = {"MKL_VERBOSE": "1", "ONEDNN_VERBOSE": "1"}
    done = copies.python(tmp_path, "-c", MULTIPLY_AND_CONVOLVE, **GENERIC, **log)
    if torch.backends.mkl.is_available():
        assert "CNR:COMPATIBLE" in done.output, done.output
    if "x86" in platform.machine() or platform.machine() == "AMD64":
        assert "isa:Intel SSE4.1" in done.output, done.output


def test_the_number_of_threads_reaches_the_libraries_in_a_kernel(tmp_path):
    answer = kernel_s_answer(tmp_path, threads(1))
    assert answer["threads"] == [1] * len(answer["threads"])


@pytest.mark.parametrize("machine", MACHINES)
def test_a_chapter_prints_the_same(chapter_in_turn, machine):
    path = f"book/{chapter_in_turn}.ipynb"
    limit = ("--nbval", "--nbval-cell-timeout", "300")
    done = copies.pytest_in(ROOT, *limit, path, **MACHINES[machine])
    assert done.returncode == 0, f"{chapter_in_turn} on {machine}:\n{done.output}"
