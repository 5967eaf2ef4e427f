"""Write event files with tensorboardX and with TensorBoard's own writer. Argument: the folder to fill."""

import os
import socket
import sys

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.histogram import summary_v2 as histogram
from tensorboard.plugins.hparams import summary_v2 as hparams
from tensorboard.plugins.scalar import summary_v2 as scalar
from tensorboard.plugins.text import summary_v2 as text
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboardX import SummaryWriter

# The files are named after the machine; nobody needs to know this one.
socket.gethostname = lambda: "machine"

# The smallest picture: one black pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def simple(folder):
    """Scalars of the old form, a picture, a histogram, a text and hyper-parameters."""
    with SummaryWriter(folder) as writer:
        for step in range(10):
            writer.add_scalar("train/loss", 1 / (step + 1), step, walltime=1700000000 + step)
        for step, value in enumerate([float("nan"), float("inf"), float("-inf")]):
            writer.add_scalar("odd", value, step, walltime=1700000000)
        writer.add_scalar("größe/µ 🙂", 1.5, 2**40, walltime=1700000000)
        writer.add_image("samples", np.zeros((1, 4, 6)), 3)
        writer.add_histogram("weights", np.arange(10.0), 3)
        writer.add_text("note", "a **bold** word", 0)
        writer.add_hparams({"lr": 0.1, "layers": 3, "bias": True, "kind": "mlp"}, {"hparam/accuracy": 0.9})


def tensors(folder):
    """The same things as tensors, as TensorFlow 2 writes them."""
    writer = EventFileWriter(folder)

    def add(summary, step, wall_time=1700000100.0):
        # What TensorBoard's Python package makes is TensorFlow's message where that is installed.
        writer.add_event(Event(step=step, wall_time=wall_time, summary=Summary.FromString(summary.SerializeToString())))

    for step in range(10):
        add(scalar.scalar_pb("loss", 0.5**step), step, 1700000100.0 + step)
    add(histogram.histogram_pb("weights", np.arange(10.0), buckets=4), 2)
    add(text.text_pb("note", "in a tensor"), 1)
    picture = Summary()
    value = picture.value.add(tag="samples")
    value.metadata.plugin_data.plugin_name = "images"
    value.tensor.dtype = 7
    value.tensor.string_val.extend([b"1", b"1", PNG])
    value.tensor.tensor_shape.dim.add(size=3)
    add(picture, 4)
    add(hparams.hparams_pb({"lr": 0.01, "units": 16}, trial_id="t1", start_time_secs=1700000100), 0)
    writer.close()


if __name__ == "__main__":
    root = sys.argv[1]
    simple(os.path.join(root, "simple"))
    tensors(os.path.join(root, "tensors"))
