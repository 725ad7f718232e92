"""Speed of `evidence.methods.networks` beside a loop that trains one network at a time.

    python -m benchmarks.ensemble [--rounds 5]

Prints a Markdown table. The peer is what one would write: `torch.nn.Sequential`,
`torch.optim.Adam` and a loop, on two threads; ours is `run` with two processes of one
thread. A ratio is (time of the peer) / (time of ours) for one trained network, median
and quartiles over rounds; above 1, ours is faster. The peer trains one network a round,
and of its steps, all alike, as many as are named.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from joblib.externals.loky import get_reusable_executor

from benchmarks.paired import Ratio, seconds
from evidence.methods.networks import Networks, run, train

TASKS = {  # task -> sizes, activation, blocks, rows, batch, steps, networks, bank
    "moons, 2-30-30-2": ([2, 30, 30, 2], "relu", None, 400, 64, 800, 120, 60),
    "12-100-100-2": ([12, 100, 100, 2], "sigmoid", None, 400, 64, 500, 120, 10),
    "10×10 layer repeated": (
        [1, 10, 10, 10, 2],
        "relu",
        [0, 1, 1, 2],
        16,
        16,
        15_000,
        60,
        30,
    ),
    "6-200-200-200-2": ([6, 200, 200, 200, 2], "sigmoid", None, 300, 64, 500, 40, 10),
}
PEER_STEPS = 500
MODULES = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}


def data(seed: int, rows: int, inputs: int):
    """Return samples (rows, inputs) and labels (rows,) of one network."""
    rng = np.random.default_rng([seed, 0])
    x = rng.normal(size=(rows, inputs)).astype(np.float32)
    return x, (x[:, 0] > 0).astype(np.int64)


def ours(task: str, seeds: list[int]) -> np.ndarray:
    """Train the networks of a task together; return their losses."""
    sizes, activation, blocks, rows, batch, steps, *_ = TASKS[task]
    x, y = (
        np.stack(part)
        for part in zip(*(data(seed, rows, sizes[0]) for seed in seeds), strict=True)
    )
    ensemble = Networks(sizes, seeds, activation, blocks=blocks)
    train(ensemble, x, y, steps, batch=batch)
    return ensemble.loss(x, y)


def peer(task: str, seed: int) -> None:
    """Train one network of a task for some steps, in the usual way."""
    sizes, activation, blocks, rows, batch, *_ = TASKS[task]
    torch.manual_seed(seed)
    layers = [
        torch.nn.Linear(inputs, outputs)
        for inputs, outputs in zip(sizes, sizes[1:], strict=False)
    ]
    chosen = [layers[block] for block in blocks or range(len(layers))]
    network = torch.nn.Sequential(chosen[0])
    for layer in chosen[1:]:
        network.extend([MODULES[activation](), layer])
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    x, y = map(torch.from_numpy, data(seed, rows, sizes[0]))
    for _ in range(PEER_STEPS):
        now = torch.randperm(rows)[:batch] if batch < rows else slice(None)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(x[now]), y[now]).backward()
        optimizer.step()


def speed(task: str, rounds: int) -> Ratio:
    """Return the time of one network, the peer's over ours."""
    *_, steps, networks, bank = TASKS[task]
    peer(task, 0), run(ours, [task], range(2), bank=1, workers=2)  # imports, processes
    found = []
    for number in range(rounds):
        of_peer = seconds(lambda seed: peer(task, seed), number) * steps / PEER_STEPS
        of_all = seconds(
            lambda _: run(ours, [task], range(networks), bank=bank, workers=2), number
        )
        found.append(of_peer / (of_all / networks))
    low, median, high = np.percentile(found, [25, 50, 75])
    return Ratio(median, low, high, rounds)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(2)
    print("| task | networks | steps | peer / ours, time of one network |")
    print("|---|---|---|---|")
    for task, (*_, steps, networks, _) in TASKS.items():
        found = speed(task, rounds)
        print(f"| {task} | {networks} | {steps:,} | {found} |", flush=True)
    get_reusable_executor().shutdown()


if __name__ == "__main__":
    main()
