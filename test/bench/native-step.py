"""PyTorch's side of native-step.bench.ts: for every line on stdin that asks for a measurement, one line with the answer.

The first line of stdout says which PyTorch it is. A question is {"name", "sizes", "batch", "steps", "threads"}; the answer
is the number of milliseconds that a training step took, as the median over the steps.
"""

import json
import statistics
import sys
import time

import torch

print(json.dumps({"version": torch.__version__}), flush=True)
made = {}


def build(sizes, batch):
    layers = []
    for index, (before, after) in enumerate(zip(sizes, sizes[1:])):
        layers.append(torch.nn.Linear(before, after))
        if index < len(sizes) - 2:
            layers.append(torch.nn.ReLU())
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    return model, optimizer, torch.rand(batch, sizes[0]), torch.randint(sizes[-1], (batch,))


for line in sys.stdin:
    question = json.loads(line)
    torch.set_num_threads(question["threads"])
    if question["name"] not in made:
        made[question["name"]] = build(question["sizes"], question["batch"])
    model, optimizer, x, classes = made[question["name"]]
    times = []
    for _ in range(question["steps"]):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), classes)
        loss.backward()
        optimizer.step()
        loss.item()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"stepMs": statistics.median(times)}), flush=True)
