"""Learns to draw digits from noise: a generative adversarial network.

Two networks play against each other. The generator draws pictures from random numbers, the discriminator tells drawn pictures from
real ones; each learns from the other's mistakes. Neither loss says how good the pictures are, so look at the samples, and at
`mean_picture_distance`, how far the average drawn picture is from the average real one.
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

INK = 16  # the darkest pixel


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.001)
    parser.add_argument("--noise", type=int, default=16)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Generator(nn.Module):
    """Random numbers [pictures, noise] in, pixels [pictures, side * side] from 0 to 16 out."""

    def __init__(self, noise, hidden, pixels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(noise, hidden),
            nn.LeakyReLU(0.2),
            nn.Linear(hidden, 2 * hidden),
            nn.LeakyReLU(0.2),
            nn.Linear(2 * hidden, pixels),
            nn.Sigmoid(),
        )

    def forward(self, noise):
        return self.layers(noise) * INK


class Discriminator(nn.Module):
    """Pixels [pictures, side * side] in, one score for each picture out: above 0 for a real one, below for a drawn one."""

    def __init__(self, hidden, pixels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(pixels, 2 * hidden),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.3),
            nn.Linear(2 * hidden, hidden),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.3),
            nn.Linear(hidden, 1),
        )

    def forward(self, pixels):
        # From -1 to 1, so that blank paper is as loud as ink.
        return self.layers(pixels / (INK / 2) - 1).squeeze(1)


def main():
    args = options()
    torch.manual_seed(args.seed)  # the same seed gives the same first weights
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    images, _ = load_images(lathe.data(), args.samples, args.seed, args.label)
    real_images = torch.from_numpy(images).to(device)
    pixels = images.shape[1]
    generator = Generator(args.noise, args.hidden, pixels).to(device)
    discriminator = Discriminator(args.hidden, pixels).to(device)
    # A short memory of past gradients (0.5 instead of 0.9): the other player changes what is right all the time.
    adam = {"lr": args.learning_rate, "betas": (0.5, 0.999)}
    parts = {
        "generator": generator,
        "discriminator": discriminator,
        "generator_optimizer": torch.optim.Adam(generator.parameters(), **adam),
        "discriminator_optimizer": torch.optim.Adam(discriminator.parameters(), **adam),
    }
    # The same noise after every epoch shows how the same pictures become better.
    fixed_noise = torch.randn(64, args.noise).to(device)
    steps_per_epoch = math.ceil(len(images) / args.batch_size)
    total_steps = args.epochs * steps_per_epoch
    start = resume(parts, device)

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, total_steps):
        epoch, batch = divmod(step, steps_per_epoch)
        # What is random depends on the seed and where it is used, not on what came before: so a resumed run draws the same
        # noise as one that was never interrupted.
        torch.manual_seed(args.seed * 1_000_000 + step)
        order = np.random.default_rng([args.seed, epoch]).permutation(len(images))
        rows = torch.from_numpy(order[batch * args.batch_size : (batch + 1) * args.batch_size]).to(device)
        losses = play(parts, real_images[rows], torch.randn(len(rows), args.noise).to(device))
        lathe.log(losses, step=step)
        lathe.progress(step + 1, total_steps, f"epoch {epoch + 1} of {args.epochs}")

        epoch_ends = batch + 1 == steps_per_epoch
        if epoch_ends:
            drawn = draw(generator, fixed_noise)
            distance = (drawn.mean(dim=0) - real_images.mean(dim=0)).abs().mean().item()
            lathe.log({"epoch": epoch + 1, "mean_picture_distance": distance}, step=step)
            # A sheet after the first epoch, the last, and every fifth one between: enough to see it learn.
            if epoch % 5 == 0 or epoch + 1 == args.epochs:
                lathe.log_image(sheet(drawn), key="drawn", step=step)
        if epoch_ends or asked_to_stop:
            save(parts, step + 1)
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    drawn = draw(generator, fixed_noise)
    lathe.summary["mean_picture_distance"] = (drawn.mean(dim=0) - real_images.mean(dim=0)).abs().mean().item()
    export_onnx(generator, {"noise": fixed_noise[:8]}, ["image"], {"range": f"0 to {INK}"})


def play(parts, real, noise):
    """One step of either player. Returns both losses."""
    generator, discriminator = parts["generator"], parts["discriminator"]
    drawn = generator(noise)

    # The discriminator learns to score real pictures high and drawn ones low. Real ones are called 0.9 and not 1: a judge that is
    # never quite sure leaves the generator something to learn from. detach: this step changes the judge alone.
    scores_real, scores_drawn = discriminator(real), discriminator(drawn.detach())
    loss_discriminator = F.binary_cross_entropy_with_logits(
        scores_real, torch.full_like(scores_real, 0.9)
    ) + F.binary_cross_entropy_with_logits(scores_drawn, torch.zeros_like(scores_drawn))
    parts["discriminator_optimizer"].zero_grad()
    loss_discriminator.backward()
    parts["discriminator_optimizer"].step()

    # The generator learns to be taken for real.
    scores = discriminator(drawn)
    loss_generator = F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))
    parts["generator_optimizer"].zero_grad()
    loss_generator.backward()
    parts["generator_optimizer"].step()
    return {"generator_loss": loss_generator.item(), "discriminator_loss": loss_discriminator.item()}


def draw(generator, noise):
    with torch.no_grad():
        return generator(noise)


def sheet(drawn):
    """64 pictures as one of eight by eight, ink black on white, three times as large."""
    side = math.isqrt(drawn.shape[1])
    grid = drawn.view(8, 8, side, side).permute(0, 2, 1, 3).reshape(8 * side, 8 * side).cpu().numpy()
    return np.kron(255 - grid * 255 / INK, np.ones((3, 3))).astype(np.uint8)


def save(parts, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        torch.save({"step": step, **{name: part.state_dict() for name, part in parts.items()}}, f"{folder}/state.pt")


def resume(parts, device):
    """The step to go on with: that of the last checkpoint when the run is resumed, else 0."""
    folder = lathe.resume()
    if folder is None:
        return 0
    state = torch.load(f"{folder}/state.pt", map_location=device)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return state["step"]


if __name__ == "__main__":
    main()
