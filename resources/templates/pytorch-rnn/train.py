"""Learns to tell from its letters which class a word belongs to, with a recurrent network.

A recurrent network reads one letter after another and keeps a short note of what it has read, its hidden state. Here the state
after the last letter decides. Without data it learns to tell three invented languages apart.
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
from onnx_file import export_onnx
from words import load_words

PADDING = 0  # stands behind the last letter of words that are shorter than the longest


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.005)
    parser.add_argument("--hidden", type=int, default=48)
    parser.add_argument("--longest", type=int, default=20)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--text", default="text")
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Network(nn.Module):
    """Numbers of letters [words, longest] in, one score for each class out [words, classes]."""

    def __init__(self, letters, classes, hidden):
        super().__init__()
        self.embedding = nn.Embedding(letters + 1, hidden, padding_idx=PADDING)
        self.recurrent = nn.RNN(hidden, hidden, batch_first=True)
        self.scores = nn.Linear(hidden, classes)

    def forward(self, letters):
        embedded = self.embedding(letters)
        first = torch.zeros(1, letters.shape[0], self.recurrent.hidden_size, device=letters.device)
        states, _ = self.recurrent(embedded, first)
        # The state after a word's own last letter, not after the padding that follows it.
        last = (letters != PADDING).sum(dim=1).clamp(min=1) - 1
        last = last.view(-1, 1, 1).expand(-1, 1, states.shape[2])
        return self.scores(states.gather(1, last).squeeze(1))


class Served(nn.Module):
    """The most likely class, and how likely each one is."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, letters):
        scores = self.network(letters)
        return scores.argmax(dim=1), F.softmax(scores, dim=1)


def encode(words, alphabet, longest):
    """Words as numbers of letters [words, longest], int64; letters that are not in the alphabet are left out."""
    numbers = {letter: index + 1 for index, letter in enumerate(alphabet)}
    table = np.full((len(words), longest), PADDING, dtype=np.int64)
    for row, word in zip(table, words):
        known = [numbers[letter] for letter in word if letter in numbers][:longest]
        row[: len(known)] = known
    return torch.from_numpy(table)


def main():
    args = options()
    torch.manual_seed(args.seed)  # the same seed gives the same first weights
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    words, labels = load_words(lathe.data(), args.samples, args.seed, args.text, args.label)
    alphabet, classes = sorted(set("".join(words))), sorted(set(labels))
    letters = encode(words, alphabet, args.longest)
    targets = torch.tensor([classes.index(label) for label in labels])
    # Equal words stand on the same side, or the network could know a word that it is measured with.
    place = {word: index for index, word in enumerate(dict.fromkeys(words))}
    side = np.random.default_rng(args.seed).permutation(len(place)) % 5 == 0
    held_out = torch.from_numpy(side[[place[word] for word in words]])
    x, y = letters[~held_out].to(device), targets[~held_out].to(device)
    val_x, val_y = letters[held_out].to(device), targets[held_out].to(device)

    network = Network(len(alphabet), len(classes), args.hidden).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=args.learning_rate)
    steps_per_epoch = math.ceil(len(x) / args.batch_size)
    total_steps = args.epochs * steps_per_epoch
    start = resume(network, optimizer, device)

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, total_steps):
        epoch, batch = divmod(step, steps_per_epoch)
        # The order depends on seed and epoch alone: a resumed run goes on in the order that it had begun.
        order = np.random.default_rng([args.seed, epoch]).permutation(len(x))
        rows = torch.from_numpy(order[batch * args.batch_size : (batch + 1) * args.batch_size]).to(device)
        loss = F.cross_entropy(network(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        # The gradient runs back through every letter and may grow with each one; a step must not be thrown off by that.
        nn.utils.clip_grad_norm_(network.parameters(), max_norm=1.0)
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
    lathe.log_table("examples", examples(network, val_x[:50], words, held_out, classes))
    export_onnx(
        Served(network),
        {"letters": val_x[:8]},
        ["label", "probabilities"],
        {"lathe.task": "classification", "lathe.labels": classes, "alphabet": "".join(alphabet)},
    )


def measure(network, x, y):
    with torch.no_grad():
        scores = network(x)
    accuracy = (scores.argmax(dim=1) == y).float().mean().item()
    return {"val_loss": F.cross_entropy(scores, y).item(), "val_accuracy": accuracy}


def examples(network, x, words, held_out, classes):
    """Words that the network has not learned from, and what it takes them for."""
    with torch.no_grad():
        chances = F.softmax(network(x), dim=1)
    unseen = [word for word, out in zip(words, held_out.tolist()) if out]
    return [
        {"word": word, "predicted": classes[row.argmax().item()], "chance": round(row.max().item(), 4)}
        for word, row in zip(unseen, chances)
    ]


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


if __name__ == "__main__":
    main()
