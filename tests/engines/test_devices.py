from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from colloquy.engines import devices
from colloquy.engines.devices import (
    ADVICE,
    DeviceReport,
    GpuCondition,
    choose_device,
    classify_fault,
    probe_gpu,
)
from colloquy.errors import DeviceUnavailableError

# As torch 2.11 and CUDA word them.
MESSAGES = {
    "The NVIDIA driver on your system is too old (found version 12020). Please update": GpuCondition.DRIVER_TOO_OLD,
    "CUDA driver version is insufficient for CUDA runtime version": GpuCondition.DRIVER_TOO_OLD,
    "CUDA error: no kernel image is available for execution on the device": GpuCondition.CARD_TOO_OLD,
    "X with CUDA capability sm_37 is not compatible with the current PyTorch installation.": GpuCondition.CARD_TOO_OLD,
    "CUDA out of memory. Tried to allocate 2.00 MiB.": GpuCondition.NO_MEMORY,
    "Found no NVIDIA driver on your system.": GpuCondition.NO_DRIVER,
    "CUDA error: unspecified launch failure": GpuCondition.FAILED,
}


@pytest.fixture(autouse=True)
def _fresh_probe() -> Iterator[None]:
    probe_gpu.cache_clear()
    yield
    probe_gpu.cache_clear()


@pytest.mark.parametrize(("message", "condition"), MESSAGES.items())
def test_faults_are_told_apart(message: str, condition: GpuCondition) -> None:
    assert classify_fault(message) is condition


def test_every_condition_but_the_good_one_has_a_way_out() -> None:
    assert [condition for condition in GpuCondition if not ADVICE[condition]] == [GpuCondition.WORKS]


def test_a_driver_that_is_too_old_is_named_from_torchs_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def warn() -> bool:
        warnings.warn(
            "CUDA initialization: The NVIDIA driver on your system is too old (found version 12020)", stacklevel=1
        )
        return False

    monkeypatch.setattr(torch.cuda, "is_available", warn)
    report = probe_gpu()
    assert report.condition is GpuCondition.DRIVER_TOO_OLD
    assert "update NVIDIA's driver" in report.advice
    assert choose_device("auto") == "cpu"


@pytest.mark.parametrize(
    ("has_card", "driver", "condition"),
    [
        (False, "", GpuCondition.NO_CARD),
        (True, "", GpuCondition.NO_DRIVER),
        (True, "580.65.06", GpuCondition.FAILED),
    ],
)
def test_a_silent_no_is_explained_by_what_the_kernel_lists(
    has_card: bool, driver: str, condition: GpuCondition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(devices, "_has_nvidia_card", lambda: has_card)
    monkeypatch.setattr(devices, "_driver_version", lambda: driver)
    assert probe_gpu().condition is condition


def test_a_gpu_that_says_yes_and_then_fails_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(devices, "_computes", fail)
    assert probe_gpu().condition is GpuCondition.CARD_TOO_OLD


def test_asking_for_the_gpu_where_there_is_none_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "probe_gpu", lambda: DeviceReport(GpuCondition.NO_DRIVER))
    with pytest.raises(DeviceUnavailableError, match=r"a card without a driver.*IT"):
        choose_device("cuda")
    assert choose_device("cpu") == "cpu"


def test_auto_takes_a_gpu_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "probe_gpu", lambda: DeviceReport(GpuCondition.WORKS, "card"))
    assert choose_device("auto") == choose_device("cuda") == "cuda"


def test_the_card_and_its_driver_are_read_from_the_kernels_lists(tmp_path: Path) -> None:
    version = tmp_path / "version"
    version.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n")
    assert devices._driver_version(version) == "535.183.01"
    assert devices._driver_version(tmp_path / "absent") == ""
    card = tmp_path / "devices" / "0000:01:00.0"
    card.mkdir(parents=True)
    (card / "vendor").write_text("0x10de\n")
    (card / "class").write_text("0x040300\n")
    assert not devices._has_nvidia_card(card.parent), "its sound device is no graphics card"
    (card / "class").write_text("0x030000\n")
    assert devices._has_nvidia_card(card.parent)


def test_the_real_probe_agrees_with_this_machine() -> None:
    report = probe_gpu()
    if not torch.cuda.is_available():
        assert not report.has_gpu
        pytest.skip("no usable GPU on this machine: the multiplication itself was not tried")
    assert report.has_gpu
    assert report.memory_mb > report.free_memory_mb > 0
