"""What to do when the GPU fails in the middle: less at once, then the processor or a stop. Never in silence."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field

from colloquy.engines.devices import Device, GpuCondition, classify_fault
from colloquy.errors import DeviceBusyError, DeviceFailedError

# How PyTorch, cuBLAS, cuDNN and NVIDIA's driver begin their complaints.
GPU_WORDS = (
    "cuda error",
    "cuda out of memory",
    "cuda failed",
    "cuda driver",
    "cublas_status",
    "cudnn_status",
    "no kernel image",
    "device-side assert",
)
SHORT_OF_MEMORY = "Another program may hold its memory (nvidia-smi names it); a smaller model needs less."
BROKEN = "Restart the machine; if it stays so, ask IT."
OTHER_WAY = 'on_gpu_failure = "cpu" in the study\'s [{section}] goes on without it, far slower.'


@dataclass
class Ladder:
    """Where the work goes on, and how much at once. `said` holds a sentence for each step down, for the provenance."""

    device: Device
    size: int
    may_use_cpu: bool
    section: str = "transcription"  # of the settings
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._first_size = self.size

    def step_down(self, error: RuntimeError) -> None:
        """Half as many at once where memory ran out, else the processor where that is allowed.

        Raises the error itself where it is none of the GPU's, DeviceFailedError where no step is left.
        """
        if self.device != "cuda" or not is_gpu_fault(error):
            raise error
        condition = classify_fault(str(error))
        if condition is GpuCondition.NO_MEMORY and self.size > 1:
            self.size //= 2
            self.said.append(
                f"The GPU's memory was full: {shown_windows(self.size)} at once instead of {2 * self.size}."
            )
        elif self.may_use_cpu:
            self.leave_gpu(f"The GPU failed ({condition.value}): the rest was done on the processor.")
        else:
            is_short = condition is GpuCondition.NO_MEMORY
            way = OTHER_WAY.format(section=self.section)
            kind, advice = (DeviceBusyError, SHORT_OF_MEMORY) if is_short else (DeviceFailedError, BROKEN)
            raise kind(f"The GPU failed while at work: {condition.value}. {advice} {way}") from error

    @property
    def is_on_cpu(self) -> bool:
        return self.device == "cpu"

    def leave_gpu(self, why: str) -> None:
        """Go on with the processor, as many at once as was asked for."""
        self.device, self.size = "cpu", self._first_size
        self.said.append(why)


def shown_windows(count: int) -> str:
    return f"{count} window{'' if count == 1 else 's'}"


def is_gpu_fault(error: RuntimeError) -> bool:
    said = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or any(word in said for word in GPU_WORDS)


def free_memory(device: str) -> None:
    """Give the GPU's memory back that nothing uses any more, for the next try or another program."""
    gc.collect()
    if device == "cuda":
        import torch

        try:
            torch.cuda.empty_cache()
        except RuntimeError:  # after some faults the GPU answers nothing more to this process
            return
