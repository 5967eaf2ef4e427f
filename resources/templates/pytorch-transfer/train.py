"""Learns new digits from a handful of examples, by beginning with a network that knows other digits: transfer learning.

First a network learns the lower half of the labels, of which there are many examples. Its backbone, the part that finds strokes
and shapes, then goes on to the upper half, of which it gets a few examples each. A twin learns from the same few examples
alone: what lies between the two is what was transferred. With `weights`, the backbone is a ResNet-18 from a file of torchvision.
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
    parser.add_argument("--pretrain_epochs", type=int, default=6)
    parser.add_argument("--tune_steps", type=int, default=80)
    parser.add_argument("--shots", type=int, default=3)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.003)
    parser.add_argument("--backbone_share", type=float, default=0.1)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--weights", default="")
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Backbone(nn.Module):
    """Pixels [pictures, side * side] in, what was found in them [pictures, features] out."""

    def __init__(self, side, channels):
        super().__init__()
        self.side = side
        self.features = 4 * channels
        self.layers = nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, 2 * channels, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(2 * channels, 4 * channels, 3, padding=1),
            nn.ReLU(),
            # Where in the picture something was found is forgotten here: new labels differ in what there is.
            nn.AdaptiveMaxPool2d(1),
            nn.Flatten(),
        )

    def forward(self, pixels):
        return self.layers(pixels.view(-1, 1, self.side, self.side) / INK)


class ResNetBackbone(nn.Module):
    """The same for a ResNet-18 that learned from photographs; `path` is its file of weights, nothing is downloaded."""

    features = 512

    def __init__(self, side, path):
        super().__init__()
        from torchvision.models import resnet18

        self.side = side
        self.layers = resnet18(weights=None)
        self.layers.load_state_dict(torch.load(path, map_location="cpu"))
        self.layers.fc = nn.Identity()

    def forward(self, pixels):
        # It knows coloured photographs of 224 pixels: strokes must be larger than a dot, and white on black will do.
        pictures = F.interpolate(pixels.view(-1, 1, self.side, self.side) / INK, size=(64, 64), mode="nearest")
        return self.layers((pictures.expand(-1, 3, -1, -1) - 0.45) / 0.225)


class Served(nn.Module):
    """The most likely label by its own name, and how likely each one is."""

    def __init__(self, backbone, head, labels):
        super().__init__()
        self.backbone, self.head = backbone, head
        self.register_buffer("labels", torch.tensor(labels))

    def forward(self, image):
        scores = self.head(self.backbone(image))
        return self.labels[scores.argmax(dim=1)], F.softmax(scores, dim=1)


def main():
    args = options()
    torch.manual_seed(args.seed)  # the same seed gives the same first weights
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    images, labels = load_images(lathe.data(), args.samples, args.seed, args.label)
    side, known = math.isqrt(images.shape[1]), np.unique(labels)
    if len(known) < 4:
        raise SystemExit(f"The data set has {len(known)} labels; four are needed: two to begin with and two that are new.")
    old, new = known[: len(known) // 2].tolist(), known[len(known) // 2 :].tolist()
    held_out = np.random.default_rng(args.seed).permutation(len(images)) % 5 == 0
    many_x, many_y = choose(images, labels, old, ~held_out, device)
    few_x, few_y = choose(images, labels, new, ~held_out, device, args.shots)
    val_x, val_y = choose(images, labels, new, held_out, device)

    def backbone():
        return ResNetBackbone(side, args.weights) if args.weights else Backbone(side, args.channels)

    # The twin begins with the shape of the same backbone, but with nothing in it: a fresh one, whatever the other begins with.
    parts = nn.ModuleDict({"backbone": backbone(), "fresh_backbone": Backbone(side, args.channels)})
    parts["old_head"] = nn.Linear(parts["backbone"].features, len(old))
    parts["new_head"] = nn.Linear(parts["backbone"].features, len(new))
    parts["fresh_head"] = nn.Linear(parts["fresh_backbone"].features, len(new))
    parts.to(device)
    # Evaluation mode throughout: a ResNet keeps its averages of photographs, which a few small batches would only spoil.
    parts.eval()
    # The backbone is changed in small steps, so that the few examples refine what it knows and do not overwrite it.
    careful = {"params": parts["backbone"].parameters(), "lr": args.learning_rate * args.backbone_share}
    optimizers = {
        "pretrain": adam(args, [*parts["backbone"].parameters(), *parts["old_head"].parameters()]),
        "transfer": adam(args, [careful, {"params": parts["new_head"].parameters()}]),
        "fresh": adam(args, [*parts["fresh_backbone"].parameters(), *parts["fresh_head"].parameters()]),
    }
    steps_per_epoch = math.ceil(len(many_x) / args.batch_size)
    pretrain_steps = 0 if args.weights else args.pretrain_epochs * steps_per_epoch
    total_steps = pretrain_steps + args.tune_steps
    start = resume(parts, optimizers, device)

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, total_steps):
        pretraining = step < pretrain_steps
        if pretraining:
            epoch, batch = divmod(step, steps_per_epoch)
            # The order depends on seed and epoch alone: a resumed run goes on in the order that it had begun.
            order = np.random.default_rng([args.seed, epoch]).permutation(len(many_x))
            rows = torch.from_numpy(order[batch * args.batch_size : (batch + 1) * args.batch_size]).to(device)
            losses = {"pretrain": F.cross_entropy(parts["old_head"](parts["backbone"](many_x[rows])), many_y[rows])}
        else:
            # So few examples fit into every step.
            losses = {
                "transfer": F.cross_entropy(parts["new_head"](parts["backbone"](few_x)), few_y),
                "fresh": F.cross_entropy(parts["fresh_head"](parts["fresh_backbone"](few_x)), few_y),
            }
        for name, loss in losses.items():
            optimizers[name].zero_grad()
            loss.backward()
            optimizers[name].step()
        lathe.log({f"{name}_loss": loss.item() for name, loss in losses.items()}, step=step)
        lathe.progress(step + 1, total_steps, "learning old labels" if pretraining else "learning new labels")

        milestone = (step + 1) % (steps_per_epoch if pretraining else 20) == 0 or step + 1 == total_steps
        if milestone and not pretraining:
            lathe.log(measure(parts, val_x, val_y), step=step)
        if milestone or asked_to_stop:
            save(parts, optimizers, step + 1)
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    for key, value in measure(parts, val_x, val_y).items():
        lathe.summary[key] = value
    hint = {"kind": "image", "width": side, "height": side, "min": 0, "max": INK}
    export_onnx(
        Served(parts["backbone"], parts["new_head"], new),
        {"image": val_x[:8]},
        ["label", "probabilities"],
        {"lathe.task": "classification", "lathe.labels": [str(label) for label in new], "lathe.inputs": {"image": hint}},
    )


def adam(args, parameters):
    return torch.optim.Adam(parameters, lr=args.learning_rate)


def choose(images, labels, wanted, where, device, most=None):
    """The pictures of these labels, at most so many of each, and for each the place of its label among them."""
    rows = [np.flatnonzero(where & (labels == label))[:most] for label in wanted]
    y = np.repeat(np.arange(len(wanted)), [len(part) for part in rows])
    return torch.from_numpy(images[np.concatenate(rows)]).to(device), torch.from_numpy(y).to(device)


def measure(parts, x, y):
    with torch.no_grad():
        transfer = parts["new_head"](parts["backbone"](x)).argmax(dim=1)
        fresh = parts["fresh_head"](parts["fresh_backbone"](x)).argmax(dim=1)
    return {
        "val_accuracy": (transfer == y).float().mean().item(),
        "fresh_accuracy": (fresh == y).float().mean().item(),
    }


def save(parts, optimizers, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        states = {name: optimizer.state_dict() for name, optimizer in optimizers.items()}
        torch.save({"step": step, "parts": parts.state_dict(), "optimizers": states}, f"{folder}/state.pt")


def resume(parts, optimizers, device):
    """The step to go on with: that of the last checkpoint when the run is resumed, else 0."""
    folder = lathe.resume()
    if folder is None:
        return 0
    state = torch.load(f"{folder}/state.pt", map_location=device)
    parts.load_state_dict(state["parts"])
    for name, optimizer in optimizers.items():
        optimizer.load_state_dict(state["optimizers"][name])
    return state["step"]


if __name__ == "__main__":
    main()
