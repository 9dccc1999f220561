"""Whether a GPU can really be used: something is computed on it, not only asked after."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal

from colloquy.errors import DeviceUnavailableError

Device = Literal["cpu", "cuda"]
NVIDIA_VENDOR = "0x10de"
DISPLAY_CLASS = "0x03"


class GpuCondition(StrEnum):
    WORKS = "works"
    NO_CARD = "no NVIDIA card"
    NO_DRIVER = "a card without a driver"
    DRIVER_TOO_OLD = "driver too old"
    CARD_TOO_OLD = "card not supported"
    NO_MEMORY = "no free memory"
    FAILED = "does not compute"


ADVICE = {
    GpuCondition.WORKS: "",
    GpuCondition.NO_CARD: "Transcription runs on the processor, slowly. Nothing to do.",
    GpuCondition.NO_DRIVER: "Ask IT to install NVIDIA's driver and restart; until then the processor is used.",
    GpuCondition.DRIVER_TOO_OLD: "Ask IT to update NVIDIA's driver and restart; until then the processor is used.",
    GpuCondition.CARD_TOO_OLD: "The installed PyTorch has no code for this card; the processor is used.",
    GpuCondition.NO_MEMORY: "Another program holds the card's memory: end it (nvidia-smi names it) and try again.",
    GpuCondition.FAILED: "Restart the machine; if it stays so, ask IT. Until then the processor is used.",
}


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What the probe found. `memory_mb` in MiB, 0 without a card; versions are empty where not known."""

    condition: GpuCondition
    name: str = ""
    memory_mb: int = 0
    free_memory_mb: int = 0
    driver: str = ""
    cuda: str = ""

    @property
    def has_gpu(self) -> bool:
        """A GPU that computed the right thing."""
        return self.condition is GpuCondition.WORKS

    @property
    def advice(self) -> str:
        return ADVICE[self.condition]


@lru_cache(maxsize=1)
def probe_gpu() -> DeviceReport:
    """Allocate on the first GPU, multiply there, and compare. Never raises; the answer is kept for the process."""
    import torch

    driver = _driver_version()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        is_available = torch.cuda.is_available()
    if not is_available:
        said = " ".join(str(warning.message) for warning in caught)
        condition = _condition_without_gpu(said, driver=driver, has_card=_has_nvidia_card())
        return DeviceReport(condition, driver=driver, cuda=torch.version.cuda or "")
    try:
        is_right = _computes()
        properties = torch.cuda.get_device_properties(0)
        free, _ = torch.cuda.mem_get_info(0)
    except RuntimeError as error:  # torch raises this class, or a subclass, for every CUDA fault
        return DeviceReport(classify_fault(str(error)), driver=driver, cuda=torch.version.cuda or "")
    condition = GpuCondition.WORKS if is_right else GpuCondition.FAILED
    total = properties.total_memory >> 20
    return DeviceReport(condition, properties.name, total, free >> 20, driver, torch.version.cuda or "")


def choose_device(wanted: str) -> Device:
    """`auto` takes the GPU where the probe succeeds. Raises DeviceUnavailableError for `cuda` where it does not."""
    if wanted == "cpu":
        return "cpu"
    report = probe_gpu()
    if report.has_gpu:
        return "cuda"
    if wanted == "cuda":
        raise DeviceUnavailableError(
            f'settings: device is "cuda", but the GPU cannot be used: {report.condition.value}. '
            f'{report.advice} Or set device = "auto".'
        )
    return "cpu"


def classify_fault(message: str) -> GpuCondition:
    """What one of CUDA's or PyTorch's messages means."""
    said = message.lower()
    if "driver on your system is too old" in said or "driver version is insufficient" in said:
        return GpuCondition.DRIVER_TOO_OLD
    if "no kernel image" in said or "not compatible with the current pytorch" in said:
        return GpuCondition.CARD_TOO_OLD
    if "out of memory" in said:
        return GpuCondition.NO_MEMORY
    if "found no nvidia driver" in said:
        return GpuCondition.NO_DRIVER
    return GpuCondition.FAILED


def has_gpu_driver() -> bool:
    """Whether NVIDIA's driver is loaded: a glance, where `probe_gpu` loads PyTorch and computes. Linux; else False."""
    return bool(_driver_version())


def _condition_without_gpu(said: str, *, driver: str, has_card: bool) -> GpuCondition:
    if said and (condition := classify_fault(said)) is not GpuCondition.FAILED:
        return condition
    if not has_card and not driver:
        return GpuCondition.NO_CARD
    return GpuCondition.FAILED if driver else GpuCondition.NO_DRIVER


def _computes() -> bool:
    import torch

    values = torch.arange(64 * 64, dtype=torch.float32).reshape(64, 64) / 4096
    on_gpu = (values.to("cuda") @ values.to("cuda")).cpu()
    torch.cuda.synchronize()
    # TF32 keeps ten bits of the mantissa
    return bool(torch.allclose(on_gpu, values @ values, rtol=1e-2, atol=1e-2))


def _driver_version(place: Path = Path("/proc/driver/nvidia/version")) -> str:
    """The loaded NVIDIA driver's version on Linux, else empty."""
    try:
        text = place.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.search(r"\b(\d{3}\.\d+(?:\.\d+)?)\b", text)
    return found[1] if found else ""


def _has_nvidia_card(devices: Path = Path("/sys/bus/pci/devices")) -> bool:
    """A display device of NVIDIA's is plugged in, as the Linux kernel lists it; False elsewhere."""
    for device in devices.glob("*"):
        try:
            vendor, kind = ((device / name).read_text().strip() for name in ("vendor", "class"))
        except OSError:
            continue
        if vendor == NVIDIA_VENDOR and kind.startswith(DISPLAY_CLASS):
            return True
    return False
