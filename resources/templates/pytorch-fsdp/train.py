"""Trains a language model that is cut into pieces, so that it may be larger than one GPU: fully sharded data parallel.

With plain data parallel every GPU holds the whole model. Here each holds a part of every layer; just before a layer is used
its parts are gathered from all GPUs, and let go again right after. Memory is bought with traffic: use this when the model and
the state of its optimizer do not fit into one GPU, else pytorch-ddp is faster.

What it needs: PyTorch 2.0 or later; one GPU for each process, all of one machine here, and NCCL, which comes with PyTorch for CUDA.
Without GPUs it runs on the processor to be tried out, which saves nothing. The model learns text letter by letter.
"""

import argparse
import os
import signal
import sys
import warnings

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F

import lathe
from onnx_file import export_onnx
from text import load_text

if int(torch.__version__.split(".")[0]) < 2:
    raise SystemExit(f"Sharding needs PyTorch 2.0 or later; this is {torch.__version__}. pytorch-ddp runs with this one.")

from torch.distributed.fsdp import FullOptimStateDictConfig, FullStateDictConfig, StateDictType  # noqa: E402
from torch.distributed.fsdp import FullyShardedDataParallel as Sharded  # noqa: E402
from torch.distributed.fsdp.wrap import ModuleWrapPolicy  # noqa: E402


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2, help="what torchrun was told; not used here")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--steps_per_checkpoint", type=int, default=50)
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--learning_rate", type=float, default=0.002)
    parser.add_argument("--context", type=int, default=32)
    parser.add_argument("--width", type=int, default=48)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Block(nn.Module):
    """One layer of a transformer: every letter looks at those before it, then thinks by itself. [texts, letters, width]"""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.asking = nn.Linear(width, 3 * width)
        self.joining = nn.Linear(width, width)
        self.thinking = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x, future):
        texts, letters, width = x.shape
        parts = self.asking(self.norms[0](x)).view(texts, letters, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        attention = query @ key.transpose(2, 3) / (width // self.heads) ** 0.5
        seen = attention.masked_fill(future, float("-inf")).softmax(dim=3) @ value
        x = x + self.joining(seen.transpose(1, 2).reshape(texts, letters, width))
        return x + self.thinking(self.norms[1](x))


class Network(nn.Module):
    """Numbers of letters [texts, context] in, scores of the letter that follows each [texts, context, alphabet] out."""

    def __init__(self, alphabet, context, width, layers, heads):
        super().__init__()
        self.letters = nn.Embedding(alphabet, width)
        self.places = nn.Parameter(torch.randn(context, width) * 0.02)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.scores = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, alphabet))
        self.register_buffer("future", torch.ones(context, context, dtype=torch.bool).triu(1))

    def forward(self, tokens):
        x = self.letters(tokens) + self.places
        for block in self.blocks:
            x = block(x, self.future)
        return self.scores(x)


class Served(nn.Module):
    """Scores of the letter that follows the whole text, which is what writing on needs."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, tokens):
        return self.network(tokens)[:, -1]


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
    torch.manual_seed(args.seed)  # the same seed gives the same first weights, in every process

    text = load_text(lathe.data(), args.samples, args.seed)
    alphabet = sorted(set(text))
    letters = torch.tensor([alphabet.index(letter) for letter in text])
    if len(letters) < 20 * (args.context + 1):
        raise SystemExit(f"{len(letters)} letters are too few for a context of {args.context}.")
    cut = len(letters) * 9 // 10
    learned, unseen = letters[:cut].to(device), letters[cut:].to(device)

    shape = {"alphabet": len(alphabet), "context": args.context, "width": args.width, "layers": args.layers, "heads": args.heads}
    # Each block is a unit that is gathered and let go as a whole; what is not in a block belongs to the outermost unit.
    network = Sharded(Network(**shape), auto_wrap_policy=ModuleWrapPolicy({Block}), device_id=device, use_orig_params=True)
    optimizer = torch.optim.Adam(network.parameters(), lr=args.learning_rate)
    # A checkpoint holds the whole model, gathered from all, so that it can go on with another number of processes.
    # From 2.3 on PyTorch recommends other functions for this; these do it in every version.
    warnings.filterwarnings("ignore", "FSDP.state_dict_type", FutureWarning)
    gathered = {"offload_to_cpu": device.type == "cuda", "rank0_only": False}
    Sharded.set_state_dict_type(
        network,
        StateDictType.FULL_STATE_DICT,
        FullStateDictConfig(**gathered),
        FullOptimStateDictConfig(**gathered),
    )
    start = resume(network, optimizer)
    lathe.summary["parameters"] = sum(weights.numel() for weights in Network(**shape).parameters())
    lathe.summary["parameters_in_one_process"] = sum(weights.numel() for weights in network.parameters())

    for step in range(start, args.steps):
        # What a process reads depends on the seed, the step and its rank alone: a resumed run reads on where it was.
        places = np.random.default_rng([args.seed, step, rank]).integers(0, cut - args.context - 1, args.batch_size)
        loss = loss_of(network, learned, places, args.context)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        # With the mean loss the processes agree on whether to stop: a signal reaches each at another moment, and one that
        # stopped by itself would leave the others waiting for its part of the model.
        agreed = torch.tensor([loss.item() / processes, float(bool(asked_to_stop))], device=device)
        dist.all_reduce(agreed)
        stop = agreed[1].item() > 0
        lathe.log({"train_loss": agreed[0].item()}, step=step)  # of all ranks, Lathe records the first
        lathe.progress(step + 1, args.steps)

        milestone = (step + 1) % args.steps_per_checkpoint == 0 or step + 1 == args.steps
        if milestone:
            # Measuring gathers layers as learning does, so every process takes part.
            with torch.no_grad():
                stretches = np.arange(0, len(unseen) - args.context - 1, args.context)[:64]
                lathe.log({"val_loss": loss_of(network, unseen, stretches, args.context).item()}, step=step)
        if milestone or stop:
            save(network, optimizer, step + 1)
        if stop:
            dist.barrier()
            sys.exit(128 + signal.SIGTERM)

    weights = network.state_dict()  # gathered by all, kept by the first
    if rank == 0:
        whole = Network(**shape)
        whole.load_state_dict(weights)
        example = unseen[: 8 * args.context].view(8, args.context) if len(unseen) >= 8 * args.context else unseen[None, : args.context]
        export_onnx(Served(whole), {"tokens": example}, ["scores"], {"alphabet": alphabet})
    dist.barrier()
    dist.destroy_process_group()


def loss_of(network, letters, places, context):
    """How surprised the network is by each letter that follows: 0 if never, log(alphabet) if it knows nothing."""
    stretches = torch.stack([letters[place : place + context + 1] for place in places.tolist()])
    scores = network(stretches[:, :-1])
    return F.cross_entropy(scores.flatten(0, 1), stretches[:, 1:].flatten())


def save(network, optimizer, step):
    """Everything that the next step depends on. All processes give their parts, the first one writes."""
    state = {"step": step, "network": network.state_dict(), "optimizer": Sharded.optim_state_dict(network, optimizer)}
    if dist.get_rank() == 0:
        with lathe.checkpoint(step) as folder:
            torch.save(state, f"{folder}/state.pt")


def resume(network, optimizer):
    """The step to go on with: that of the last checkpoint when the run is resumed, else 0. Every process takes its parts."""
    folder = lathe.resume()
    if folder is None:
        return 0
    state = torch.load(f"{folder}/state.pt", map_location="cpu")
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(Sharded.optim_state_dict_to_load(network, optimizer, state["optimizer"]))
    return state["step"]


if __name__ == "__main__":
    main()
