"""Pictures of many kinds as the bytes of a file."""

import io
import os
import struct
import sys
import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
_KINDS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels to PNG's colour type
_EXTENSIONS = ("png", "jpg", "jpeg", "gif", "webp", "svg", "bmp")


def image_bytes(image):
    """Content and file extension of whatever a program calls an image. Raises ValueError for what is none."""
    if isinstance(image, (str, os.PathLike)):
        extension = os.path.splitext(os.fspath(image))[1][1:].lower()
        if extension not in _EXTENSIONS:
            raise ValueError("%s is no picture that can be shown (%s)" % (image, ", ".join(_EXTENSIONS)))
        with open(image, "rb") as file:
            return file.read(), extension
    if isinstance(image, (bytes, bytearray, memoryview)):
        return bytes(image), _extension_of(bytes(image[:12]))
    if hasattr(image, "savefig"):  # a Matplotlib figure, or pyplot itself
        return _saved(lambda file: image.savefig(file, format="png")), "png"
    if hasattr(image, "figure") and hasattr(image.figure, "savefig"):  # Matplotlib's axes
        return image_bytes(image.figure)
    if hasattr(image, "save") and hasattr(image, "mode"):  # PIL
        return _saved(lambda file: image.save(file, format="PNG")), "png"
    return _array_png(image), "png"


def png(width, height, channels, rows):
    """A PNG of 8 bits a channel from the bytes of its rows. channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA."""
    header = struct.pack(">IIBBBBB", width, height, 8, _KINDS[channels], 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return _PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _extension_of(start):
    if start.startswith(_PNG):
        return "png"
    if start.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if start.startswith(b"GIF8"):
        return "gif"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    raise ValueError("the bytes are no PNG, JPEG, GIF or WebP")


def _saved(save):
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def _array_png(image):
    """From an array of NumPy, PyTorch, JAX or TensorFlow, or from nested lists of whole numbers 0 to 255."""
    if isinstance(image, (list, tuple)):
        return _list_png(image)
    if hasattr(image, "detach"):
        image = image.detach().cpu()
        if str(getattr(image, "dtype", "")) == "torch.bfloat16":
            image = image.float()
    numpy = sys.modules.get("numpy")
    if numpy is None or not (hasattr(image, "__array__") or hasattr(image, "numpy")):
        raise ValueError("%s is no image" % type(image).__name__)
    array = numpy.asarray(image if hasattr(image, "__array__") else image.numpy())
    if array.ndim == 3 and array.shape[2] not in _KINDS and array.shape[0] in _KINDS:
        array = array.transpose(1, 2, 0)  # channels first, as PyTorch has them
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in _KINDS or 0 in array.shape:
        raise ValueError("an array of shape %s is no image; give height × width or height × width × 3" % (array.shape,))
    array = _eight_bits(numpy, array)
    height, width, channels = array.shape
    return png(width, height, channels, [row.tobytes() for row in array])


def _eight_bits(numpy, array):
    """Floats up to 1 are taken as 0 to 1, all others as 0 to 255; booleans as black and white."""
    if array.dtype.kind == "b":
        return array.astype(numpy.uint8) * 255
    if array.dtype.kind == "f":
        array = numpy.nan_to_num(array.astype(numpy.float64), nan=0.0, posinf=255.0, neginf=0.0)
        if array.max() <= 1.0:
            array = array * 255.0
        array = numpy.rint(array)
    elif array.dtype.kind not in "ui":
        raise ValueError("an array of %s is no image" % array.dtype)
    return numpy.clip(array, 0, 255).astype(numpy.uint8)


def _list_png(rows):
    first = rows[0][0]
    channels = len(first) if isinstance(first, (list, tuple)) else 1
    flat = [bytes(v for pixel in row for v in pixel) if channels > 1 else bytes(row) for row in rows]
    width = len(rows[0])
    if any(len(row) != width * channels for row in flat):
        raise ValueError("the rows of the image differ in length")
    return png(width, len(rows), channels, flat)
