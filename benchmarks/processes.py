"""What processes cost: CPU time and memory, of a process and of all below it."""

from __future__ import annotations

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """Return the CPU time of a process and all below it, those that ended included."""
    return sum(_own(pid) + _waited_for(pid) for pid in _family(root))


def memory_mib(root: int) -> float:
    """Return the proportional memory (PSS, shared pages divided among their users) of a process and all below it."""
    kib = 0
    for pid in _family(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started, from whichever of its threads, and that still run."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, thread.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _own(pid: int) -> float:
    """Return the CPU time of a process from its clock, which is exact where /proc counts hundredths of a second."""
    try:
        # The kernel's number for the CPU clock of another process: clock_getcpuclockid(3).
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0  # it ended: its parent has waited for it


def _waited_for(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[13:15])) / TICKS


def _family(root: int) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children_of(pid)
    return found
