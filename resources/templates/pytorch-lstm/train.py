"""Learns to forecast a series from its recent past, with a long short-term memory.

The network reads a window of past values and forecasts the next ones. A forecast is worth something only if it beats a simple
rule, so the run measures "the same as a day ago" as well.
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
from series import load_series


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.005)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--window", type=int, default=48)
    parser.add_argument("--horizon", type=int, default=6)
    parser.add_argument("--season", type=int, default=24)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--column", default="value")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Network(nn.Module):
    """Past values [windows, window] in, the values that follow [windows, horizon] out, both in the unit of the series."""

    def __init__(self, hidden, horizon, mean, std):
        super().__init__()
        # Mean and spread of the training part belong to the model: whoever uses it later gives values as they are.
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("std", torch.tensor(std))
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.forecast = nn.Linear(hidden, horizon)

    def forward(self, series):
        scaled = (series - self.mean) / self.std
        zeros = torch.zeros(1, series.shape[0], self.lstm.hidden_size, device=series.device)
        states, _ = self.lstm(scaled.unsqueeze(2), (zeros, zeros))
        # What follows is forecast as a change from the last value, which is easier than its height.
        change = self.forecast(states[:, -1])
        return (scaled[:, -1:] + change) * self.std + self.mean


def windows(series, window, horizon):
    """Every stretch of `window` values [stretches, window] with the `horizon` values that follow it."""
    stretches = np.lib.stride_tricks.sliding_window_view(series, window + horizon)
    stretches = torch.from_numpy(stretches.copy())
    return stretches[:, :window], stretches[:, window:]


def main():
    args = options()
    torch.manual_seed(args.seed)  # the same seed gives the same first weights
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    series = load_series(lathe.data(), args.samples, args.seed, args.column)
    # Measured on the last fifth: a forecast is always of what came after, never of what lies between known values.
    cut = len(series) * 4 // 5
    if cut < args.window + args.horizon or len(series) - cut < args.window + args.horizon:
        raise SystemExit(f"{len(series)} values are too few for a window of {args.window} and {args.horizon} to follow.")
    x, y = (part.to(device) for part in windows(series[:cut], args.window, args.horizon))
    val_x, val_y = (part.to(device) for part in windows(series[cut:], args.window, args.horizon))

    network = Network(args.hidden, args.horizon, float(series[:cut].mean()), float(series[:cut].std())).to(device)
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
        # Divided by the spread, the loss is about 1 for a model that always says the mean, whatever the unit.
        loss = F.mse_loss(network(x[rows]) / network.std, y[rows] / network.std)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), max_norm=1.0)
        optimizer.step()
        lathe.log({"train_loss": loss.item()}, step=step)
        lathe.progress(step + 1, total_steps, f"epoch {epoch + 1} of {args.epochs}")

        epoch_ends = batch + 1 == steps_per_epoch
        if epoch_ends:
            lathe.log({"epoch": epoch + 1, "val_rmse": rmse(forecast(network, val_x), val_y)}, step=step)
        if epoch_ends or asked_to_stop:
            save(network, optimizer, step + 1)
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    predicted = forecast(network, val_x)
    lathe.summary["val_rmse"] = rmse(predicted, val_y)
    if args.horizon <= args.season <= args.window:
        as_a_season_ago = val_x[:, args.window - args.season :][:, : args.horizon]
        lathe.summary["baseline_rmse"] = rmse(as_a_season_ago, val_y)
    # One forecast after another, each beginning where the one before ends, beside what really came.
    pairs = zip(predicted[:: args.horizon].flatten().tolist(), val_y[:: args.horizon].flatten().tolist())
    lathe.log_table("forecast", [{"time": t, "forecast": f, "actual": a} for t, (f, a) in enumerate(pairs)])
    export_onnx(network, {"series": val_x[:8]}, ["forecast"], {"lathe.task": "regression"})


def forecast(network, x):
    with torch.no_grad():
        return network(x)


def rmse(predicted, actual):
    """The typical error, in the unit of the series."""
    return F.mse_loss(predicted, actual).sqrt().item()


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
