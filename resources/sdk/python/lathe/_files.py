"""Files that are complete or not there: written under a name ending in .tmp, synced, renamed."""

import os
import re
import shutil


def publish(path, write):
    """Make the file `path` by `write(temporary path)`; its folder is made too. An error leaves nothing behind."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        write(temporary)
        sync_file(temporary)
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise
    sync_folder(folder)


def publish_bytes(path, content):
    def write(temporary):
        with open(temporary, "wb") as file:
            file.write(content)

    publish(path, write)


def copy_file(source, path):
    publish(path, lambda temporary: shutil.copyfile(source, temporary))


def sync_file(path):
    file = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(file)
    finally:
        os.close(file)


def sync_folder(path):
    if os.name == "nt":
        return  # folders cannot be synced there
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sync_tree(folder):
    """Sync every file and folder below and including `folder`."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not os.path.islink(path):
                sync_file(path)
        sync_folder(place)


def safe_name(key):
    """A key as a relative path that stays in its folder on every system: `val/confusion map` as `val/confusion_map`."""
    parts = [re.sub(r"[^A-Za-z0-9_.+=@ -]", "_", part).strip(" .") for part in str(key).replace("\\", "/").split("/")]
    parts = [part[:120] for part in parts if part]
    if not parts:
        raise ValueError("%r cannot be the name of a file" % (key,))
    return "/".join(parts)
