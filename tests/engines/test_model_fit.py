"""A model that the memory does not hold is told before any work, with one that would fit."""

from __future__ import annotations

import resource
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from colloquy.domain.audio import AudioSamples, Region
from colloquy.domain.model_size import PUBLISHED, openai_whisper_need
from colloquy.engines import model_fit, openai_whisper, registry
from colloquy.engines.av_decoder import decode
from colloquy.engines.devices import Device
from colloquy.engines.gpu_ladder import Ladder
from colloquy.engines.model_fit import Candidate, Memory, fit_ladder, memory_of, windows_at_once
from colloquy.errors import DeviceBusyError, MemoryShortError, ModelTooBigError
from colloquy.settings import load_settings
from tests.engines.test_transcribers import CHECKPOINT

PLENTY = Memory(900_000, 1_000_000)


def candidate(name: str = "large-v3", device: Device = "cpu", **more: Any) -> Candidate:
    shape = PUBLISHED[name.removesuffix(".en").removeprefix("faster-whisper-")]
    precision: Any = "float16" if device == "cuda" else "float32"
    return Candidate(name, shape, lambda one: openai_whisper_need(one, precision), **more)


def give(monkeypatch: pytest.MonkeyPatch, **memory: Memory) -> None:
    monkeypatch.setattr(model_fit, "memory_of", lambda device: memory[device])


def test_a_model_that_no_memory_here_holds_is_told_with_one_that_would_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, cpu=Memory(3_000, 7_000))
    with pytest.raises(ModelTooBigError) as caught:
        windows_at_once(candidate(), "cpu", 8)
    message = str(caught.value)
    assert "large-v3 needs about" in message
    assert "3.0 GB of 7.0 GB are free" in message
    assert "small would fit (colloquy models fetch small)" in message
    assert "larger machine" in message


def test_memory_that_others_hold_is_told_apart_from_memory_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, cpu=Memory(3_000, 64_000), cuda=Memory(500, 24_000))
    with pytest.raises(MemoryShortError, match=r"3\.0 GB of 64\.0 GB are free\. End other programs and try again"):
        windows_at_once(candidate(), "cpu", 8)
    with pytest.raises(DeviceBusyError, match=r"the GPU's memory, .*nvidia-smi names them"):
        windows_at_once(candidate(device="cuda"), "cuda", 8)


def test_a_gpu_that_is_too_small_names_the_processor_too(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, cuda=Memory(1_500, 2_000))
    with pytest.raises(ModelTooBigError, match=r'device = "cpu", far slower, or take a smaller model: base would fit'):
        windows_at_once(candidate(device="cuda"), "cuda", 8)


@pytest.mark.parametrize(
    ("name", "prefix", "proposed"),
    [
        ("medium.en", "", "small.en"),
        ('"medium.en"', "", "small.en"),
        ("medium", "", "small"),
        ("faster-whisper-medium", "faster-whisper-", "faster-whisper-small"),
    ],
)
def test_the_proposed_model_is_of_the_same_engine_and_languages(
    name: str, prefix: str, proposed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, cpu=Memory(2_500, 2_600))
    given = candidate(name.strip('"'), prefix=prefix)
    with pytest.raises(ModelTooBigError, match=rf"fetch {proposed}\)"):
        windows_at_once(Candidate(name, given.shape, given.need, prefix=prefix), "cpu", 8)


def test_fewer_windows_are_read_at_once_where_memory_is_short_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, cpu=Memory(8_500, 16_000))
    ladder = Ladder("cpu", 8, may_use_cpu=False)
    fit_ladder(ladder, lambda _: candidate())
    assert 1 <= ladder.size < 8
    assert ladder.said == [f"Memory was short: {ladder.size} windows at once instead of 8."]
    plenty = Ladder("cpu", 8, may_use_cpu=False)
    give(monkeypatch, cpu=PLENTY)
    fit_ladder(plenty, lambda _: candidate())
    assert (plenty.size, plenty.said) == (8, [])


def test_a_model_that_is_loaded_needs_room_for_its_windows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, cpu=Memory(3_000, 16_000))
    assert windows_at_once(candidate(is_loaded=True), "cpu", 2) == 2


def test_the_processor_is_taken_for_a_gpu_that_is_too_small_only_where_the_study_allows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    give(monkeypatch, cuda=Memory(500, 600), cpu=PLENTY)
    allowed = Ladder("cuda", 8, may_use_cpu=True)
    fit_ladder(allowed, lambda device: candidate(device=device))
    assert (allowed.device, allowed.size) == ("cpu", 8)
    assert "does not fit into the GPU's free memory" in allowed.said[0]
    with pytest.raises(ModelTooBigError):
        fit_ladder(Ladder("cuda", 8, may_use_cpu=False), lambda device: candidate(device=device))
    give(monkeypatch, cuda=Memory(500, 600), cpu=Memory(500, 600))
    with pytest.raises(ModelTooBigError, match="of memory, and"):
        fit_ladder(Ladder("cuda", 8, may_use_cpu=True), lambda device: candidate(device=device))


def test_a_gpu_that_does_not_say_how_much_it_has_is_left_to_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def fail(_: int) -> tuple[int, int]:
        raise RuntimeError("CUDA error: unspecified launch failure")

    monkeypatch.setattr(torch.cuda, "mem_get_info", fail)
    assert memory_of("cuda") is None
    assert windows_at_once(candidate(device="cuda"), "cuda", 8) == 8


def test_what_pytorch_has_set_aside_counts_as_free(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (2_000_000_000, 8_000_000_000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 1_500_000_000)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 500_000_000)
    assert memory_of("cuda") == Memory(3_000, 8_000)


def test_the_narrowest_limit_on_this_process_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = SimpleNamespace(available=7_000_000_000, total=8_000_000_000)
    monkeypatch.setattr(model_fit.psutil, "virtual_memory", lambda: seen)
    monkeypatch.setattr(model_fit, "_group_limits", list)
    monkeypatch.setattr(model_fit, "_process_limit", list)
    assert memory_of("cpu") == Memory(7_000, 8_000)
    monkeypatch.setattr(model_fit, "_group_limits", lambda: [(1_000_000_000, 2_000_000_000)])
    assert memory_of("cpu") == Memory(1_000, 2_000)


def test_a_limit_by_ulimit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (10**13, 10**13))
    ((free, total),) = model_fit._process_limit()
    assert 0 < free < total == 10**13
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert model_fit._process_limit() == []


def test_a_control_groups_limit_is_read_up_to_its_root(tmp_path: Path) -> None:
    group = tmp_path / "system.slice" / "colloquy.service"
    group.mkdir(parents=True)
    own = tmp_path / "cgroup"
    own.write_text("0::/system.slice/colloquy.service\n")
    for folder, limit in ((group, "max"), (group.parent, "4000")):
        (folder / "memory.max").write_text(f"{limit}\n")
        (folder / "memory.current").write_text("3000\n")
        (folder / "memory.stat").write_text("anon 1\ninactive_file 500\n")
    assert model_fit._group_limits(tmp_path, own) == [(1500, 4000)]
    assert model_fit._group_limits(tmp_path, tmp_path / "absent") == []


def test_the_real_memory_is_measured() -> None:
    memory = memory_of("cpu")
    assert memory is not None
    assert 0 < memory.free_mb < memory.total_mb


@pytest.fixture(scope="module")
def call(demo_folder: Path) -> AudioSamples:
    return decode(demo_folder / "inbox" / "P04.wav").audio.cut(0, 12_000)


def test_the_engine_refuses_before_it_loads_and_says_what_it_did_with_less(
    call: AudioSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings().transcription.model_copy(update={"device": "cpu"})
    engine = openai_whisper.make(settings, CHECKPOINT, "en")
    windows = (Region(0, 6_000), Region(6_000, 12_000))
    with monkeypatch.context() as patch:
        patch.setattr(openai_whisper, "_loaded", {})
        patch.setattr(openai_whisper, "load_model", lambda *_: pytest.fail("it was loaded"))
        give(patch, cpu=Memory(20, 30))
        with pytest.raises(ModelTooBigError, match=r"demo-en needs about"):
            engine.transcribe(call, windows)
        with pytest.raises(ModelTooBigError, match=r'"chosen" needs about'):
            registry.refuse_too_big(settings, CHECKPOINT, '"chosen"')
    need = openai_whisper._candidate(CHECKPOINT, "demo-en", "cpu")
    free_mb = need.need(need.shape).of(1)
    count = need.need(need.shape).most_windows(free_mb, 8)
    assert count < 8
    usual = engine.transcribe(call, windows)
    give(monkeypatch, cpu=Memory(free_mb, 10_000))
    monkeypatch.setattr(openai_whisper, "_loaded", {})
    less = engine.transcribe(call, windows)
    assert [word.text for word in less.words] == [word.text for word in usual.words]
    assert less.fallbacks == (f"Memory was short: {count} windows at once instead of 8.",)
    assert usual.fallbacks == ()
