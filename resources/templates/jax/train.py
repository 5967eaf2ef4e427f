"""Learns to read digits with JAX alone: a network is a list of arrays, and learning is a function from arrays to arrays.

`jax.grad` makes of a function the function that says how its result changes with its first argument, and `jax.jit` compiles it for
the machine's processor or GPU. What a step changes it returns; nothing is changed in place.
"""

import argparse
import math
import signal
import sys

import jax
import jax.numpy as jnp
import numpy as np

import lathe
from dense_onnx import export_dense
from images import load_images

INK = 16  # the darkest pixel, so that pixels / INK lie between 0 and 1


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.1)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


def new_network(seed, sizes):
    """Layers as (weights [inputs, outputs], biases [outputs]), drawn so that no layer makes its numbers larger or smaller."""
    keys = jax.random.split(jax.random.PRNGKey(seed), len(sizes) - 1)
    return [
        (jax.random.normal(key, (inputs, outputs)) * math.sqrt(2 / inputs), jnp.zeros(outputs))
        for key, inputs, outputs in zip(keys, sizes, sizes[1:])
    ]


def scores(network, pixels):
    """Pixels [pictures, pixels] in, one score for each class out [pictures, classes]."""
    x = pixels / INK
    for weights, biases in network[:-1]:
        x = jax.nn.relu(x @ weights + biases)
    weights, biases = network[-1]
    return x @ weights + biases


def loss(network, x, y):
    return -jnp.take_along_axis(jax.nn.log_softmax(scores(network, x)), y[:, None], axis=1).mean()


@jax.jit
def learn(network, speed, x, y, learning_rate, momentum):
    """One step of gradient descent with momentum. Returns the network, its speed and the loss before the step."""
    value, gradient = jax.value_and_grad(loss)(network, x, y)
    speed = jax.tree_util.tree_map(lambda s, g: momentum * s - learning_rate * g, speed, gradient)
    return jax.tree_util.tree_map(jnp.add, network, speed), speed, value


@jax.jit
def measure(network, x, y):
    return {"val_loss": loss(network, x, y), "val_accuracy": (scores(network, x).argmax(axis=1) == y).mean()}


def main():
    args = options()
    images, labels = load_images(lathe.data(), args.samples, args.seed, args.label)
    # Every fifth picture is kept from the network, to measure what it learned rather than what it remembers.
    held_out = np.random.default_rng(args.seed).permutation(len(images)) % 5 == 0
    x, y, val_x, val_y = images[~held_out], labels[~held_out], images[held_out], labels[held_out]

    network = new_network(args.seed, [images.shape[1], args.hidden, args.hidden, int(labels.max()) + 1])
    speed = jax.tree_util.tree_map(jnp.zeros_like, network)
    # Every batch has the same size, or jit would compile the step anew for the last one of each epoch.
    steps_per_epoch = len(x) // args.batch_size
    if steps_per_epoch == 0:
        raise SystemExit(f"{len(x)} pictures are too few for a batch of {args.batch_size}.")
    total_steps = args.epochs * steps_per_epoch
    start, network, speed = resume(network, speed)

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    for step in range(start, total_steps):
        epoch, batch = divmod(step, steps_per_epoch)
        # The order depends on seed and epoch alone: a resumed run goes on in the order that it had begun.
        order = np.random.default_rng([args.seed, epoch]).permutation(len(x))
        rows = order[batch * args.batch_size : (batch + 1) * args.batch_size]
        network, speed, value = learn(network, speed, x[rows], y[rows], args.learning_rate, args.momentum)
        lathe.log({"train_loss": float(value)}, step=step)
        lathe.progress(step + 1, total_steps, f"epoch {epoch + 1} of {args.epochs}")

        epoch_ends = batch + 1 == steps_per_epoch
        if epoch_ends:
            measured = {key: float(value) for key, value in measure(network, val_x, val_y).items()}
            lathe.log({"epoch": epoch + 1, **measured}, step=step)
        if epoch_ends or asked_to_stop:
            save(network, speed, step + 1)
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    for key, value in measure(network, val_x, val_y).items():
        lathe.summary[key] = float(value)
    examples = val_x[:8]
    answer = scores(network, examples)
    answers = np.asarray(answer.argmax(axis=1), dtype=np.int64), np.asarray(jax.nn.softmax(answer))
    export_dense(network, INK, examples, answers)


def save(network, speed, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        arrays = jax.tree_util.tree_leaves((network, speed))
        np.savez(f"{folder}/state.npz", *map(np.asarray, arrays), step=step)


def resume(network, speed):
    """The step to go on with, network and speed: those of the last checkpoint when the run is resumed, else as given."""
    folder = lathe.resume()
    if folder is None:
        return 0, network, speed
    with np.load(f"{folder}/state.npz") as state:
        arrays = [jnp.asarray(state[f"arr_{number}"]) for number in range(len(state.files) - 1)]
        step = int(state["step"])
    structure = jax.tree_util.tree_structure((network, speed))
    return step, *jax.tree_util.tree_unflatten(structure, arrays)


if __name__ == "__main__":
    main()
