"""Teaches a small network what a large one knows: knowledge distillation.

The teacher learns from the labels. The student then learns from the teacher's opinion of every picture, which says more than a
label does: that this 7 looks a little like a 1. To see what that is worth, a twin of the student learns from the labels alone.
The idea is Hinton, Vinyals and Dean's, "Distilling the Knowledge in a Neural Network", 2015.
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
    parser.add_argument("--teacher_epochs", type=int, default=8)
    parser.add_argument("--student_epochs", type=int, default=20)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.003)
    parser.add_argument("--teacher_hidden", type=int, default=256)
    parser.add_argument("--student_hidden", type=int, default=8)
    parser.add_argument("--temperature", type=float, default=3.0)
    parser.add_argument("--teacher_share", type=float, default=0.8)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Network(nn.Module):
    """Pixels [pictures, pixels] in, one score for each class out [pictures, classes]."""

    def __init__(self, pixels, hidden, classes):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, classes)
        )

    def forward(self, pixels):
        return self.layers(pixels / INK)


class Served(nn.Module):
    """The most likely label, and how likely each one is."""

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
    # Every fifth picture is kept from all three networks, to measure what they learned rather than what they remember.
    held_out = np.random.default_rng(args.seed).permutation(len(images)) % 5 == 0
    x, y = (torch.from_numpy(part[~held_out]).to(device) for part in (images, labels))
    val_x, val_y = (torch.from_numpy(part[held_out]).to(device) for part in (images, labels))

    pixels, classes = images.shape[1], int(labels.max()) + 1
    networks = nn.ModuleDict(
        {
            "teacher": Network(pixels, args.teacher_hidden, classes),
            "student": Network(pixels, args.student_hidden, classes),
            "alone": Network(pixels, args.student_hidden, classes),
        }
    ).to(device)
    # The twins begin with the same weights and see the same pictures in the same order: only what they are taught differs.
    networks["alone"].load_state_dict(networks["student"].state_dict())
    optimizers = {
        name: torch.optim.Adam(network.parameters(), lr=args.learning_rate) for name, network in networks.items()
    }
    steps_per_epoch = math.ceil(len(x) / args.batch_size)
    teacher_steps = args.teacher_epochs * steps_per_epoch
    total_steps = teacher_steps + args.student_epochs * steps_per_epoch
    start = resume(networks, optimizers, device)

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, total_steps):
        epoch, batch = divmod(step, steps_per_epoch)
        # The order depends on seed and epoch alone: a resumed run goes on in the order that it had begun.
        order = np.random.default_rng([args.seed, epoch]).permutation(len(x))
        rows = torch.from_numpy(order[batch * args.batch_size : (batch + 1) * args.batch_size]).to(device)
        teaching = step < teacher_steps
        if teaching:
            losses = {"teacher": F.cross_entropy(networks["teacher"](x[rows]), y[rows])}
        else:
            losses = {
                "student": distillation_loss(networks, x[rows], y[rows], args.temperature, args.teacher_share),
                "alone": F.cross_entropy(networks["alone"](x[rows]), y[rows]),
            }
        for name, loss in losses.items():
            optimizers[name].zero_grad()
            loss.backward()
            optimizers[name].step()
        lathe.log({f"{name}_loss": loss.item() for name, loss in losses.items()}, step=step)
        stage = "the teacher learns" if teaching else "the student learns"
        lathe.progress(step + 1, total_steps, f"{stage}, epoch {epoch + 1} of {total_steps // steps_per_epoch}")

        epoch_ends = batch + 1 == steps_per_epoch
        if epoch_ends:
            measured = {f"{name}_accuracy": accuracy(networks[name], val_x, val_y) for name in losses}
            lathe.log({"epoch": epoch + 1, **measured}, step=step)
        if epoch_ends or asked_to_stop:
            save(networks, optimizers, step + 1)
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    for name, network in networks.items():
        lathe.summary[f"{name}_accuracy"] = accuracy(network, val_x, val_y)
        lathe.summary[f"{name}_parameters"] = sum(weights.numel() for weights in network.parameters())
    side = math.isqrt(pixels)
    export_onnx(
        Served(networks["student"]),
        {"image": val_x[:8]},
        ["label", "probabilities"],
        {
            "lathe.task": "classification",
            "lathe.labels": [str(label) for label in range(classes)],
            "lathe.inputs": {"image": {"kind": "image", "width": side, "height": side, "min": 0, "max": INK}},
        },
    )


def distillation_loss(networks, x, y, temperature, teacher_share):
    """How far the student is from the teacher's opinion, and from the label, in the proportion that is asked for.

    A temperature above 1 evens the teacher's probabilities out, so that the small ones can be learned from; as that makes
    gradients smaller by the square of the temperature, the loss is made larger by as much.
    """
    with torch.no_grad():
        opinion = F.softmax(networks["teacher"](x) / temperature, dim=1)
    scores = networks["student"](x)
    from_teacher = F.kl_div(F.log_softmax(scores / temperature, dim=1), opinion, reduction="batchmean")
    from_labels = F.cross_entropy(scores, y)
    return teacher_share * temperature**2 * from_teacher + (1 - teacher_share) * from_labels


def accuracy(network, x, y):
    with torch.no_grad():
        return (network(x).argmax(dim=1) == y).float().mean().item()


def save(networks, optimizers, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        states = {name: optimizer.state_dict() for name, optimizer in optimizers.items()}
        torch.save({"step": step, "networks": networks.state_dict(), "optimizers": states}, f"{folder}/state.pt")


def resume(networks, optimizers, device):
    """The step to go on with: that of the last checkpoint when the run is resumed, else 0."""
    folder = lathe.resume()
    if folder is None:
        return 0
    state = torch.load(f"{folder}/state.pt", map_location=device)
    networks.load_state_dict(state["networks"])
    for name, optimizer in optimizers.items():
        optimizer.load_state_dict(state["optimizers"][name])
    return state["step"]


if __name__ == "__main__":
    main()
