"""Learns to read digits with Keras, on whichever of its backends is installed.

Keras runs the steps; a callback tells Lathe what happens after each one. The backend (JAX, PyTorch or TensorFlow) is taken from
KERAS_BACKEND, else the first of them that is installed.
"""

import argparse
import importlib.util
import os
import signal
import sys

import numpy as np

import lathe
from dense_onnx import export_dense
from images import load_images

if "KERAS_BACKEND" not in os.environ:
    found = [name for name in ("jax", "torch", "tensorflow") if importlib.util.find_spec(name)]
    if not found:
        raise SystemExit("Keras has nothing to compute with: install jax, torch or tensorflow.")
    os.environ["KERAS_BACKEND"] = found[0]

import keras  # noqa: E402  (it reads the variable when it is imported)

INK = 16  # the darkest pixel, so that pixels / INK lie between 0 and 1


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.003)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


def new_model(pixels, classes, args):
    layers = [
        keras.Input((pixels,)),
        keras.layers.Rescaling(1 / INK),
        keras.layers.Dense(args.hidden, activation="relu"),
        keras.layers.Dropout(args.dropout),
        keras.layers.Dense(args.hidden, activation="relu"),
        keras.layers.Dense(classes),
    ]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(args.learning_rate), loss=loss, metrics=["accuracy"])
    return model


class ToLathe(keras.callbacks.Callback):
    """Tells Lathe of every step and saves when the program was asked to stop. `step` is the one that comes next."""

    def __init__(self, step, total_steps, asked_to_stop):
        super().__init__()
        self.step, self.total_steps, self.asked_to_stop = step, total_steps, asked_to_stop

    def on_train_batch_end(self, batch, logs=None):
        # Keras gives the mean of the epoch so far.
        lathe.log({"train_loss": float(logs["loss"])}, step=self.step)
        self.step += 1
        lathe.progress(self.step, self.total_steps)
        if self.asked_to_stop:
            save(self.model, self.step)
            sys.exit(128 + signal.SIGTERM)


def main():
    args = options()
    keras.utils.set_random_seed(args.seed)  # the same seed gives the same first weights and the same dropout
    images, labels = load_images(lathe.data(), args.samples, args.seed, args.label)
    # Every fifth picture is kept from the network, to measure what it learned rather than what it remembers.
    held_out = np.random.default_rng(args.seed).permutation(len(images)) % 5 == 0
    x, y, val_x, val_y = images[~held_out], labels[~held_out], images[held_out], labels[held_out]

    start, model = resume() or (0, new_model(x.shape[1], int(labels.max()) + 1, args))

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))
    # Every batch has the same size, or the step would be compiled anew for the last one of each epoch.
    steps_per_epoch = len(x) // args.batch_size
    if steps_per_epoch == 0:
        raise SystemExit(f"{len(x)} pictures are too few for a batch of {args.batch_size}.")
    to_lathe = ToLathe(start, args.epochs * steps_per_epoch, asked_to_stop)

    for epoch in range(start // steps_per_epoch, args.epochs):
        # The order depends on seed and epoch alone, not on Keras: a resumed run goes on in the order that it had begun.
        order = np.random.default_rng([args.seed, epoch]).permutation(len(x))[: steps_per_epoch * args.batch_size]
        rows = order[(to_lathe.step - epoch * steps_per_epoch) * args.batch_size :]
        model.fit(x[rows], y[rows], batch_size=args.batch_size, shuffle=False, verbose=0, callbacks=[to_lathe])
        lathe.log({"epoch": epoch + 1, **measure(model, val_x, val_y)}, step=to_lathe.step - 1)
        save(model, to_lathe.step)

    for key, value in measure(model, val_x, val_y).items():
        lathe.summary[key] = value
    scores = model.predict(val_x[:8], verbose=0)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    answers = scores.argmax(axis=1).astype(np.int64), (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    dense = [layer.get_weights() for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    export_dense(dense, INK, val_x[:8], answers)


def measure(model, x, y):
    measured = model.evaluate(x, y, batch_size=256, verbose=0, return_dict=True)
    return {"val_loss": float(measured["loss"]), "val_accuracy": float(measured["accuracy"])}


def save(model, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        model.save(f"{folder}/model.keras")  # weights and the state of the optimizer
        # Keras leaves out where the random numbers for dropout stand; a resumed run would drop other units.
        np.savez(f"{folder}/state.npz", *map(keras.ops.convert_to_numpy, model.non_trainable_variables), step=step)


def resume():
    """The step to go on with and the model, both of the last checkpoint; None for a fresh start."""
    folder = lathe.resume()
    if folder is None:
        return None
    model = keras.saving.load_model(f"{folder}/model.keras")
    with np.load(f"{folder}/state.npz") as state:
        for number, variable in enumerate(model.non_trainable_variables):
            variable.assign(state[f"arr_{number}"])
        return int(state["step"]), model


if __name__ == "__main__":
    main()
