"""Speed of `evidence.methods.networks` beside a loop that trains one network at a time.

    python -m benchmarks.networks [--rounds 5] [--quick]

Prints a Markdown table. The peer is what one would write: `torch.nn.Sequential`,
`torch.optim.Adam` and a loop, on two threads; ours is `run` with two processes of one
thread. A ratio is (time of the peer) / (time of ours) for one trained network, median
and quartiles over rounds; above 1, ours is faster. The peer trains one network a round,
and of its steps, all alike, as many as are named.
"""

from __future__ import annotations

import numpy as np
import torch
from joblib.externals.loky import get_reusable_executor

from benchmarks.paired import Ratio, options, seconds
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
    networks = Networks(sizes, seeds, activation, blocks=blocks)
    train(networks, x, y, steps, batch=batch)
    return networks.loss(x, y)


def peer(task: str, seed: int, steps: int) -> None:
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
    for _ in range(steps):
        now = torch.randperm(rows)[:batch] if batch < rows else slice(None)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(x[now]), y[now]).backward()
        optimizer.step()


def speed(task: str, rounds: int, peer_steps: int, networks: int) -> Ratio:
    """Return the time of one network, the peer's over ours."""
    *_, steps, _, bank = TASKS[task]
    peer(task, 0, 1), run(ours, [task], range(2), bank=1, workers=2)  # imports
    found = []
    for number in range(rounds):
        of_peer = seconds(lambda seed: peer(task, seed, peer_steps), number)
        of_all = seconds(
            lambda _: run(ours, [task], range(networks), bank=bank, workers=2), number
        )
        found.append(of_peer * steps / peer_steps / (of_all / networks))
    low, median, high = np.percentile(found, [25, 50, 75])
    return Ratio(median, low, high, rounds)


def main():
    """Print the table."""
    arguments = options(__doc__, rounds=5)
    torch.set_num_threads(2)
    print("| task | networks | steps | peer / ours, time of one network |")
    print("|---|---|---|---|")
    for task in list(TASKS)[: 1 if arguments.quick else None]:
        *_, steps, networks, _ = TASKS[task]
        peer_steps, networks = (20, 4) if arguments.quick else (PEER_STEPS, networks)
        found = speed(task, arguments.rounds, peer_steps, networks)
        print(f"| {task} | {networks} | {steps:,} | {found} |", flush=True)
    get_reusable_executor().shutdown()


if __name__ == "__main__":
    main()
