"""Which process of a run this is."""

import os
import re
import socket
import sys
import time

_RANKS = (("RANK", "WORLD_SIZE"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("SLURM_PROCID", "SLURM_NTASKS"))


def find_rank():
    """The rank among the processes that train together (torchrun, Open MPI, srun), or None for one that trains alone."""
    for rank, size in _RANKS:
        if os.environ.get(rank, "").isdigit() and os.environ.get(size, "1") != "1":
            return int(os.environ[rank])
    distributed = sys.modules.get("torch.distributed")
    try:
        if distributed is not None and distributed.is_available() and distributed.is_initialized():
            return distributed.get_rank()
    except Exception:
        pass  # half imported
    local = os.environ.get("LOCAL_RANK", "")
    return int(local) if local.isdigit() and os.environ.get("WORLD_SIZE", "1") != "1" else None


def writer_name(rank):
    """The name of this process's journal, different from that of any other process of the run alive."""
    host = re.sub(r"[^A-Za-z0-9_.-]", "_", socket.gethostname() or "host")[:60]
    return "%s-%s-%d" % ("python" if rank is None else "rank%d" % rank, host, os.getpid())


def new_id():
    """A UUIDv7 as 32 hex digits: ids made later sort later."""
    bits = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return "%032x" % (bits & ~(0x3 << 62) | 0x2 << 62)
