"""Trains one network with several GPUs, or several processes where there are none: distributed data parallel.

torchrun starts this program once for each GPU and tells each copy its rank. All have the same weights; each works out the
gradient of its share of the batch, the shares are averaged, and so all take the same step. Two processes with half a batch
each learn what one learns with the whole.
"""

import argparse
import math
import os
import signal
import sys

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

import lathe
from images import load_images
from onnx_file import export_onnx

INK = 16  # the darkest pixel, so that pixels / INK lie between 0 and 1


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2, help="what torchrun was told; not used here")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.003)
    parser.add_argument("--hidden", type=int, default=128)
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


def join():
    """Meet the other processes. Returns this one's device: a GPU of its own if there are enough, else the processor."""
    local, here = int(os.environ["LOCAL_RANK"]), int(os.environ["LOCAL_WORLD_SIZE"])
    if torch.cuda.device_count() >= here:
        torch.cuda.set_device(local)
        dist.init_process_group("nccl")
        return torch.device("cuda", local)
    dist.init_process_group("gloo")
    return torch.device("cpu")


def main():
    args = options()
    if "LOCAL_RANK" not in os.environ:
        raise SystemExit("Start this program with torchrun: torchrun --standalone --nproc_per_node 2 train.py")
    # The handler is set before the processes meet: torchrun may pass the signal on at any time.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))
    device = join()
    rank, processes = dist.get_rank(), dist.get_world_size()
    if args.batch_size % processes:
        raise SystemExit(f"A batch of {args.batch_size} cannot be shared evenly by {processes} processes.")
    torch.manual_seed(args.seed)  # the same seed gives the same first weights, in every process

    images, labels = load_images(lathe.data(), args.samples, args.seed, args.label)
    held_out = np.random.default_rng(args.seed).permutation(len(images)) % 5 == 0
    x, y = (torch.from_numpy(part[~held_out]).to(device) for part in (images, labels))
    val_x, val_y = (torch.from_numpy(part[held_out]).to(device) for part in (images, labels))

    network = Network(images.shape[1], args.hidden, int(labels.max()) + 1).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=args.learning_rate)
    start = resume(network, optimizer, device)
    # From here on, backward() through `parallel` averages the gradients of all processes.
    parallel = DistributedDataParallel(network, device_ids=[device.index] if device.type == "cuda" else None)
    # The last batch of an epoch is left out where it is too small to be shared evenly.
    steps_per_epoch = len(x) // args.batch_size
    if steps_per_epoch == 0:
        raise SystemExit(f"{len(x)} pictures are too few for a batch of {args.batch_size}.")
    total_steps = args.epochs * steps_per_epoch

    for step in range(start, total_steps):
        epoch, batch = divmod(step, steps_per_epoch)
        # Every process knows the whole order, as it depends on seed and epoch alone, and takes every n-th picture of the batch.
        order = np.random.default_rng([args.seed, epoch]).permutation(len(x))
        mine = order[batch * args.batch_size : (batch + 1) * args.batch_size][rank::processes]
        rows = torch.from_numpy(mine.copy()).to(device)
        loss = F.cross_entropy(parallel(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        # The loss of the whole batch is the mean of the shares' losses. With it the processes agree on whether to stop: a signal
        # reaches each at another moment, and one that stopped by itself would leave the others waiting for it.
        agreed = torch.tensor([loss.item() / processes, float(bool(asked_to_stop))], device=device)
        dist.all_reduce(agreed)
        stop = agreed[1].item() > 0
        lathe.log({"train_loss": agreed[0].item()}, step=step)  # of all ranks, Lathe records the first
        lathe.progress(step + 1, total_steps, f"epoch {epoch + 1} of {args.epochs}")

        epoch_ends = batch + 1 == steps_per_epoch
        if epoch_ends:
            lathe.log({"epoch": epoch + 1, **measure(network, val_x, val_y)}, step=step)
        if (epoch_ends or stop) and rank == 0:
            save(network, optimizer, step + 1)
        if stop:
            dist.barrier()  # until the first rank has saved
            sys.exit(128 + signal.SIGTERM)

    if rank == 0:
        finish(network, val_x, val_y)
    dist.barrier()
    dist.destroy_process_group()


def finish(network, x, y):
    """What one process does for all: the last measurement, and the model as a file."""
    for key, value in measure(network, x, y).items():
        lathe.summary[key] = value
    lathe.summary["processes"] = dist.get_world_size()
    side, classes = math.isqrt(x.shape[1]), network.layers[-1].out_features
    hint = {"kind": "image", "width": side, "height": side, "min": 0, "max": INK}
    export_onnx(
        Served(network),
        {"image": x[:8]},
        ["label", "probabilities"],
        {
            "lathe.task": "classification",
            "lathe.labels": [str(label) for label in range(classes)],
            "lathe.inputs": {"image": hint},
        },
    )


def measure(network, x, y):
    with torch.no_grad():
        scores = network(x)
    accuracy = (scores.argmax(dim=1) == y).float().mean().item()
    return {"val_loss": F.cross_entropy(scores, y).item(), "val_accuracy": accuracy}


def save(network, optimizer, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        state = {"step": step, "network": network.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(state, f"{folder}/state.pt")


def resume(network, optimizer, device):
    """The step to go on with: that of the last checkpoint when the run is resumed, else 0. Every process reads it."""
    folder = lathe.resume()
    if folder is None:
        return 0
    state = torch.load(f"{folder}/state.pt", map_location=device)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"]


if __name__ == "__main__":
    main()
