"""Whether a model fits into the memory that is free, and how many windows at once: said before anything is loaded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from colloquy.domain.model import find_card
from colloquy.domain.model_size import MemoryNeed, Need, WhisperShape, smaller_that_fits
from colloquy.engines.devices import Device
from colloquy.engines.gpu_ladder import Ladder, shown_windows
from colloquy.errors import DeviceBusyError, MemoryShortError, ModelTooBigError

CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model about to be loaded: its name as may be shown, its shape, and what the engine's models need."""

    name: str
    shape: WhisperShape
    need: Need
    is_loaded: bool = False
    prefix: str = ""  # of this engine's published models


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a device, in MB (millions of bytes)."""

    free_mb: int
    total_mb: int


def windows_at_once(candidate: Candidate, device: Device, wanted: int) -> int:
    """`wanted`, or as many as the memory holds. On a GPU `wanted`: whether it holds them is found out at work.

    Raises ModelTooBigError where not even one window would ever fit, DeviceBusyError or MemoryShortError where the
    memory would do and other programs hold it.
    """
    memory = memory_of(device)
    if memory is None:
        return wanted
    need = candidate.need(candidate.shape)
    count = need.most_windows(memory.free_mb, wanted, is_loaded=candidate.is_loaded)
    if not count:
        raise _refusal(candidate, need, device, memory)
    return wanted if device == "cuda" else count


def fit_ladder(ladder: Ladder, candidate_on: Callable[[Device], Candidate]) -> None:
    """Let the work begin where the model fits, with as many windows as fit, and say so where that is not as asked.

    Raises as `windows_at_once`; of a GPU only where the processor is not allowed instead.
    """
    try:
        count = windows_at_once(candidate_on(ladder.device), ladder.device, ladder.size)
    except (ModelTooBigError, DeviceBusyError):
        if ladder.device == "cpu" or not ladder.may_use_cpu:
            raise
        ladder.leave_gpu("The model does not fit into the GPU's free memory: all was done on the processor.")
        count = windows_at_once(candidate_on(ladder.device), ladder.device, ladder.size)
    if count < ladder.size:
        ladder.said.append(f"Memory was short: {shown_windows(count)} at once instead of {ladder.size}.")
        ladder.size = count


def memory_of(device: Device) -> Memory | None:
    """What is free now, and what there is in all; None of a GPU that does not say: the work finds out."""
    if device == "cuda":
        import torch

        try:
            free, total = torch.cuda.mem_get_info(0)
        except (RuntimeError, AssertionError):  # CUDA's faults; AssertionError from a PyTorch built without it
            return None
        # what this process has set aside and does not use is free for it
        free += torch.cuda.memory_reserved(0) - torch.cuda.memory_allocated(0)
        return Memory(free // 10**6, total // 10**6)
    seen = psutil.virtual_memory()
    limits = [(seen.available, seen.total), *_group_limits(), *_process_limit()]
    return Memory(min(free for free, _ in limits) // 10**6, min(total for _, total in limits) // 10**6)


def _refusal(
    candidate: Candidate, need: MemoryNeed, device: Device, memory: Memory
) -> ModelTooBigError | DeviceBusyError | MemoryShortError:
    needed_mb = need.of(1, is_loaded=candidate.is_loaded)
    where = "the GPU's memory" if device == "cuda" else "memory"
    found = (
        f"transcription.model: {candidate.name} needs about {_gb(needed_mb)} of {where}, and {_gb(memory.free_mb)} of "
        f"{_gb(memory.total_mb)} are free."
    )
    if needed_mb <= memory.total_mb:
        holders = " (nvidia-smi names them)" if device == "cuda" else ""
        kind: type[DeviceBusyError | MemoryShortError] = DeviceBusyError if device == "cuda" else MemoryShortError
        return kind(f"{found} End other programs{holders} and try again, {_smaller(candidate, memory.free_mb)}.")
    other = 'Set transcription.device = "cpu", far slower, ' if device == "cuda" else "Use a larger machine, "
    return ModelTooBigError(f"{found} {other}{_smaller(candidate, memory.free_mb)}.")


def _smaller(candidate: Candidate, free_mb: int) -> str:
    name = smaller_that_fits(candidate.shape, candidate.need, free_mb)
    names = (f"{candidate.prefix}{name}", f"{candidate.prefix}large-v3-{name}")
    known = next((one for one in names if name and find_card(one) is not None), "")
    if candidate.name.strip('"').endswith(".en") and find_card(f"{known}.en") is not None:
        known = f"{known}.en"
    return (
        f"or take a smaller model: {known} would fit (colloquy models fetch {known})"
        if known
        else "or take a smaller model"
    )


def _gb(mb: int) -> str:
    return f"{mb / 1000:.1f} GB"


def _process_limit() -> list[tuple[int, int]]:
    """As `ulimit -v` sets it."""
    if sys.platform == "win32":
        return []
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return []
    return [(max(limit - psutil.Process().memory_info().vms, 0), limit)]


def _group_limits(root: Path = CGROUPS, own: Path = Path("/proc/self/cgroup")) -> list[tuple[int, int]]:
    """Free and total of each control group (v2) that this process is in: a container, or a service with MemoryMax."""
    try:
        place = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    folder = root / place.strip("/")
    found = []
    for group in (folder, *folder.parents):
        if not group.is_relative_to(root):
            break
        try:
            limit = int((group / "memory.max").read_text())
            used = int((group / "memory.current").read_text())
            kept = next(
                int(line.split()[1])
                for line in (group / "memory.stat").read_text().splitlines()
                if line.startswith("inactive_file ")
            )
        except (OSError, ValueError, StopIteration):  # no limit reads "max"
            continue
        found.append((max(limit - used + kept, 0), limit))
    return found
