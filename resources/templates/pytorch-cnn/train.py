"""Learns to read digits with a small convolutional network.

Reads, learns, measures, saves. What is wanted comes as options, what is found goes to Lathe, and at the end there is a
file, `model.onnx`, that an endpoint serves without Python.
"""

import argparse
import math
import signal
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import lathe
from images import load_images
from onnx_file import export_onnx

INK = 16  # the darkest pixel, so that pixels / INK lie between 0 and 1


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.003)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Network(nn.Module):
    """Pixels [pictures, side * side] in, one score for each class out [pictures, classes]."""

    def __init__(self, side, classes, channels, dropout):
        super().__init__()
        self.side = side
        # Scaling is part of the network: whoever uses it later gives pixels as they are.
        self.layers = nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, 2 * channels, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(2 * channels * (side // 2) ** 2, classes),
        )

    def forward(self, pixels):
        return self.layers(pixels.view(-1, 1, self.side, self.side) / INK)


class Served(nn.Module):
    """What a user of the model wants to know: the most likely label, and how likely each one is."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        scores = self.network(image)
        return scores.argmax(dim=1), F.softmax(scores, dim=1)


def main():
    args = options()
    torch.manual_seed(args.seed)  # the same seed gives the same first weights
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    images, labels = load_images(lathe.data(), args.samples, args.seed, args.label)
    # Every fifth picture is kept from the network, to measure what it learned rather than what it remembers.
    held_out = np.random.default_rng(args.seed).permutation(len(images)) % 5 == 0
    x, y = (torch.from_numpy(part[~held_out]).to(device) for part in (images, labels))
    val_x, val_y = (torch.from_numpy(part[held_out]).to(device) for part in (images, labels))

    network = Network(math.isqrt(images.shape[1]), int(labels.max()) + 1, args.channels, args.dropout).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=args.learning_rate)
    steps_per_epoch = math.ceil(len(x) / args.batch_size)
    total_steps = args.epochs * steps_per_epoch
    start = resume(network, optimizer, device)

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, total_steps):
        epoch, batch = divmod(step, steps_per_epoch)
        # What is random depends on the seed and where it is used, not on what came before: so a resumed run takes the same
        # pictures and drops the same units as one that was never interrupted.
        torch.manual_seed(args.seed * 1_000_000 + step)
        order = np.random.default_rng([args.seed, epoch]).permutation(len(x))
        rows = torch.from_numpy(order[batch * args.batch_size : (batch + 1) * args.batch_size]).to(device)
        loss = F.cross_entropy(network(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        lathe.log({"train_loss": loss.item()}, step=step)
        lathe.progress(step + 1, total_steps, f"epoch {epoch + 1} of {args.epochs}")

        epoch_ends = batch + 1 == steps_per_epoch
        if epoch_ends:
            lathe.log({"epoch": epoch + 1, **measure(network, val_x, val_y)}, step=step)
        if epoch_ends or asked_to_stop:
            save(network, optimizer, step + 1)
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    for key, value in measure(network, val_x, val_y).items():
        lathe.summary[key] = value
    report(network, val_x, val_y)
    side, classes = network.side, range(int(labels.max()) + 1)
    export_onnx(
        Served(network),
        {"image": val_x[:8]},
        ["label", "probabilities"],
        {
            "lathe.task": "classification",
            "lathe.labels": [str(label) for label in classes],
            "lathe.inputs": {"image": {"kind": "image", "width": side, "height": side, "min": 0, "max": INK}},
        },
    )


def measure(network, x, y):
    network.eval()  # no dropout while measuring
    with torch.no_grad():
        scores = network(x)
    network.train()
    return {
        "val_loss": F.cross_entropy(scores, y).item(),
        "val_accuracy": (scores.argmax(dim=1) == y).float().mean().item(),
    }


def save(network, optimizer, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        state = {"step": step, "network": network.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(state, f"{folder}/state.pt")


def resume(network, optimizer, device):
    """The step to go on with: that of the last checkpoint when the run is resumed, else 0."""
    folder = lathe.resume()
    if folder is None:
        return 0
    state = torch.load(f"{folder}/state.pt", map_location=device)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"]


def report(network, x, y):
    """How often each digit was taken for which, and the pictures that were read wrongly."""
    network.eval()
    with torch.no_grad():
        predicted = network(x).argmax(dim=1)
    pairs, counts = torch.stack([y, predicted]).unique(dim=1, return_counts=True)
    rows = zip(*pairs.tolist(), counts.tolist())
    lathe.log_table("confusion", [{"label": t, "predicted": p, "pictures": n} for t, p, n in rows])
    for number, wrong in enumerate((predicted != y).nonzero().flatten()[:8].tolist()):
        picture = x[wrong].view(network.side, network.side).cpu().numpy()
        lathe.log_image((255 - picture * 255 / INK).astype(np.uint8), key="mistakes", step=number)


if __name__ == "__main__":
    main()
