"""The kernel's limits on the child: for all its life, for each file, for each phase (setrlimit(2), Linux)."""

import math
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traitdunion.opco.pieces.gate.model import Limites


def set_lifelong(limites: Limites) -> None:
    """Address space bounded; no core, no file written, no process; few descriptors."""
    for what, value in (
        (resource.RLIMIT_AS, limites.memoire_octets),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_NPROC, 0),  # root is above this one
    ):
        hard = resource.getrlimit(what)[1]
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (bounded, bounded))


def set_cpu_from_now(secondes: int) -> None:
    """CPU seconds on top of what is used, then SIGXCPU; the kernel counts whole seconds, so up to one more."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + secondes, resource.getrlimit(resource.RLIMIT_CPU)[1]))


@contextmanager
def memory_at_most(octets: int) -> Iterator[None]:
    """Inside, at most `octets` of address space on top of what is taken now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bounded = _memory_octets()[0] + octets
    if soft != resource.RLIM_INFINITY:
        bounded = min(bounded, soft)
    resource.setrlimit(resource.RLIMIT_AS, (bounded, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def resident_octets() -> int:
    """The memory held now. Not ru_maxrss: it starts at what the parent held, execve(2) keeps it."""
    return _memory_octets()[1]


def _memory_octets() -> tuple[int, int]:
    """Address space and resident memory, from proc(5)."""
    size, resident = Path("/proc/self/statm").read_text(encoding="ascii").split()[:2]
    return int(size) * resource.getpagesize(), int(resident) * resource.getpagesize()
