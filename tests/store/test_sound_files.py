from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from colloquy.domain.audio import AudioQuality, AudioSamples, PreparedAudio, Region
from colloquy.domain.samples import PIECE_SAMPLES
from colloquy.errors import StoreError
from colloquy.store import files
from colloquy.store.folders import DataFolder
from colloquy.store.results import audio_path, load_prepared, save_prepared
from colloquy.store.sound_files import open_stored, scratch_sound, stored_pieces
from colloquy.store.whole_folders import sweep_leftovers

RANDOM = np.random.default_rng(0)
LONG = RANDOM.uniform(-1.2, 1.2, (2, PIECE_SAMPLES + 777)).astype(np.float32)
QUALITY = AudioQuality(1000, 2, 16_000, "pcm", -6.0, -9.0, 40.0, 0.0, 0.9, 8000, False)
BOUNDS = ((0, 5), (PIECE_SAMPLES - 3, PIECE_SAMPLES + 3), (PIECE_SAMPLES + 770, PIECE_SAMPLES + 900), (9, 9))


def blocks(sound: np.ndarray) -> Iterator[np.ndarray]:
    for first in range(0, sound.shape[1], 100_003):
        yield sound[:, first : first + 100_003]


@pytest.mark.parametrize("sound", [LONG, LONG[:1]], ids=["stereo", "mono"])
def test_scratch_sound_comes_back_bit_for_bit_and_leaves_no_file(tmp_path: Path, sound: np.ndarray) -> None:
    folder = tmp_path / "prepare"
    with scratch_sound(folder) as keep:
        kept = keep(blocks(sound))
        assert kept.shape == sound.shape
        for first, last in BOUNDS:
            np.testing.assert_array_equal(kept[:, first:last], sound[:, first:last])
        np.testing.assert_array_equal(kept[:, :], sound)
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL; it deletes such a file when its process ends")
def test_a_killed_process_leaves_no_sound_behind(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; import numpy as np\n"
        "from colloquy.store.sound_files import scratch_sound\n"
        "with scratch_sound(Path(sys.argv[1])) as keep:\n"
        "    keep(iter([np.ones((1, 500_000), np.float32)])); print('kept', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "prepare")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"kept\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert list((tmp_path / "prepare").iterdir()) == []


def test_what_is_stored_is_what_numpy_would_store(tmp_path: Path) -> None:
    expected = io.BytesIO()
    np.save(expected, np.round(np.clip(LONG, -1, 1) * 32767).astype(np.int16))
    assert b"".join(stored_pieces(LONG)) == expected.getvalue()


def test_stored_sound_is_read_as_a_whole_conversion_would_give_it(tmp_path: Path) -> None:
    path = tmp_path / "P01.npy"
    path.write_bytes(b"".join(stored_pieces(LONG)))
    whole = np.load(path).astype(np.float32) / 32767
    stored = open_stored(path)
    assert stored.shape == whole.shape
    for first, last in BOUNDS:
        np.testing.assert_array_equal(stored[:, first:last], whole[:, first:last])


def test_stored_sound_that_goes_away_or_shrinks_meanwhile_says_so(tmp_path: Path) -> None:
    path = tmp_path / "P01.npy"
    path.write_bytes(b"".join(stored_pieces(LONG)))
    stored = open_stored(path)
    os.truncate(path, 1000)
    with pytest.raises(StoreError, match="shorter"):
        stored[:, 1000:2000]
    path.unlink()
    with pytest.raises(StoreError, match="went away"):
        stored[:, :10]


class FullDisk:
    def write(self, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_a_disk_that_fills_up_while_decoding_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colloquy.store.sound_files.tempfile.TemporaryFile", lambda dir: FullDisk())
    with scratch_sound(tmp_path) as keep, pytest.raises(StoreError, match="The disk is full"):
        keep(blocks(LONG))


def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_sound_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    prepared = PreparedAudio(AudioSamples(LONG), QUALITY, (Region(0, 900),))
    save_prepared(folder, "P01", prepared)
    before = audio_path(folder, "P01").read_bytes()

    class Breaks:
        shape = LONG.shape

        def __getitem__(self, piece: tuple[slice, slice], /) -> np.ndarray:
            if piece[1].start:
                raise OSError(errno.ENOSPC, "No space left on device")
            return LONG[piece]

    with pytest.raises(StoreError, match="The disk is full"):
        save_prepared(folder, "P01", PreparedAudio(AudioSamples(Breaks()), QUALITY, ()))
    assert audio_path(folder, "P01").read_bytes() == before
    assert sorted(path.name for path in folder.stage("prepare").iterdir()) == ["P01.json", "P01.npy"]
    assert load_prepared(folder, "P01").speech == (Region(0, 900),)


def test_what_a_killed_run_left_of_the_sound_is_swept(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).study("hubs")
    files.write_whole(folder.stage("prepare") / ".P01.npy.0a1b2c3d.part", b"half")
    assert sweep_leftovers(folder) == 1
