"""Facts about where a program runs: the interpreter, the machine, the versions of its packages."""

import os
import platform
import re
import socket
import sys


def facts():
    """A dict of texts: `python`, `executable`, `platform`, `package.NAME` for each installed package …"""
    values = {
        "python": platform.python_version(),
        "python_implementation": platform.python_implementation(),
        "executable": sys.executable or "",
        "prefix": sys.prefix,
        "platform": _system(),
        "host": socket.gethostname(),
    }
    for name, version in packages().items():
        values["package." + name] = version
    values.update(accelerator_facts())
    return values


def _system():
    """Of the kernel and the machine. Not by the platform module where that starts a program to find out."""
    if not hasattr(os, "uname"):
        return platform.platform()
    system = os.uname()
    return "%s-%s-%s" % (system.sysname, system.release, system.machine)


def accelerator_facts():
    """CUDA's version and such as PyTorch knows them, if the program has imported it. Starts no GPU."""
    values = {}
    torch = sys.modules.get("torch")
    versions = getattr(torch, "version", None)
    for key in ("cuda", "hip"):
        if getattr(versions, key, None):
            values[key] = str(getattr(versions, key))
    try:
        if "cuda" in values:
            values["cudnn"] = str(torch.backends.cudnn.version())
        if torch is not None and torch.cuda.is_initialized():
            values["gpu"] = ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
    except Exception:
        pass  # half imported, or no driver
    return values


def packages():
    """Version by name (in lower case, words joined by -) of what can be imported, the first on the path counting.

    Reads the names of the packages' own folders, which costs milliseconds where reading their metadata costs seconds.
    """
    found = {}
    for place in list(sys.path):
        try:
            entries = os.listdir(place or ".")
        except OSError:
            continue
        for entry in entries:
            if not entry.endswith((".dist-info", ".egg-info")):
                continue
            name, _, rest = entry.rpartition(".")[0].partition("-")
            version = re.sub(r"-py\d.*$", "", rest) or _version_inside(os.path.join(place, entry))
            if version:
                found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    return dict(sorted(found.items()))


def _version_inside(folder):
    """Of a package in development, whose folder does not tell it."""
    for name in ("PKG-INFO", "METADATA"):
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                for line in file:
                    if line.startswith("Version:"):
                        return line[8:].strip()
                    if not line.strip():
                        break
        except OSError:
            continue
    return None
