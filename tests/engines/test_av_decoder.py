from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from colloquy.engines.av_decoder import RATE_HZ, decode, probe_duration_ms, promised_duration_ms
from colloquy.errors import AudioUnreadableError


def write_wav(path: Path, samples: np.ndarray, rate_hz: int = 16_000) -> Path:
    """float (channels, n) as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    return path


def tone(seconds: float, rate_hz: int = 16_000, hz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz))[None, :]


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_every_rate_becomes_16_khz_and_keeps_its_length_and_level(tmp_path: Path, rate_hz: int) -> None:
    decoded = decode(write_wav(tmp_path / "a.wav", tone(2.0, rate_hz), rate_hz))
    assert decoded.audio.rate_hz == RATE_HZ
    assert decoded.source_rate_hz == rate_hz
    assert decoded.audio.duration_ms == pytest.approx(2000, abs=2)
    assert decoded.audio.samples.dtype == np.float32
    assert np.sqrt((decoded.audio.samples[0, 4000:-4000] ** 2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_two_channels_stay_apart(tmp_path: Path) -> None:
    sound = np.concatenate([tone(1.0), np.zeros((1, 16_000))])
    decoded = decode(write_wav(tmp_path / "a.wav", sound))
    assert decoded.audio.channel_count == 2
    assert np.abs(decoded.audio.samples[1]).max() < 1e-3 < np.abs(decoded.audio.samples[0]).max()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"this is a shopping list and no recording at all " * 20, "damaged, or not a recording"),
        (b"RIFF\x24\x00\x00\x00WAVE", "damaged, or not a recording"),
    ],
    ids=["no bytes", "text named .wav", "a header alone"],
)
def test_what_is_not_sound_is_refused_with_advice(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "P01 Anna Novak.wav"
    path.write_bytes(content)
    with pytest.raises(AudioUnreadableError, match=sentence) as caught:
        decode(path)
    assert "Novak" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_picture_named_wav_is_refused(tmp_path: Path) -> None:
    import av

    path = tmp_path / "picture.png"
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "rgb24"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    renamed = path.rename(tmp_path / "P01.wav")
    with pytest.raises(AudioUnreadableError, match=r"holds no sound|damaged"):
        decode(renamed)


def test_a_recording_of_a_moment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioUnreadableError, match="less than"):
        decode(write_wav(tmp_path / "a.wav", tone(0.1)))


def test_a_cut_off_file_is_read_to_where_it_breaks_and_marked(tmp_path: Path, demo_folder: Path) -> None:
    whole = (demo_folder / "inbox" / "P05.flac").read_bytes()
    path = tmp_path / "cut.flac"
    path.write_bytes(whole[: len(whole) // 2])
    decoded = decode(path)
    assert decoded.is_truncated
    assert 20_000 < decoded.audio.duration_ms < 60_000


def with_size(path: Path, size: int, *, long_size: int | None = None) -> Path:
    """A WAV file whose header claims other sizes; with `long_size` as RF64, which keeps it apart."""
    content = bytearray(path.read_bytes())
    at = content.index(b"data")
    content[at + 4 : at + 8] = struct.pack("<I", size)
    if long_size is not None:
        content[:4] = b"RF64"
        content[12:12] = b"ds64" + struct.pack("<IQQQI", 28, 0, long_size, 0, 0)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("size", "long_size", "promised_s"),
    [
        (5 * 32_000, None, 5.0),  # in bytes, of 16 bits at 16 kHz; 2 s are there
        (0xFFFF_FFFF, 5 * 32_000, 5.0),
        (2 * 32_000 + 16_000, None, 2.5),
    ],
)
def test_a_wav_that_ends_before_its_header_says_is_read_and_marked(
    tmp_path: Path, size: int, long_size: int | None, promised_s: float
) -> None:
    path = with_size(write_wav(tmp_path / "a.wav", tone(2.0)), size, long_size=long_size)
    decoded = decode(path)
    assert decoded.audio.duration_ms == 2000
    assert decoded.is_truncated is (promised_s > 4)  # half a second may be rounding
    assert promised_duration_ms(path) == 1000 * promised_s


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF, 0x7FFF_F000, 0x8000_0000, 2 * 32_000])
def test_a_header_that_was_never_finished_claims_nothing(tmp_path: Path, size: int) -> None:
    path = with_size(write_wav(tmp_path / "a.wav", tone(2.0)), size)
    assert not decode(path).is_truncated
    assert promised_duration_ms(path) == 2000


def test_what_is_no_wav_or_ends_in_its_header_promises_nothing_more(tmp_path: Path, demo_folder: Path) -> None:
    flac = demo_folder / "inbox" / "P05.flac"
    assert promised_duration_ms(flac) == probe_duration_ms(flac)
    whole = write_wav(tmp_path / "a.wav", tone(2.0)).read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[:30])
    assert promised_duration_ms(tmp_path / "a.wav") is None


@pytest.mark.parametrize(
    ("name", "channels", "rate_hz"),
    [
        ("P01.wav", 1, 16_000),
        ("P02 interview.mp3", 1, 16_000),
        ("P03 Anna Novak.m4a", 1, 16_000),
        ("P04.wav", 1, 8_000),
        ("P05.flac", 2, 16_000),
    ],
)
def test_the_demos_formats_decode(demo_folder: Path, name: str, channels: int, rate_hz: int) -> None:
    decoded = decode(demo_folder / "inbox" / name)
    assert (decoded.audio.channel_count, decoded.source_rate_hz) == (channels, rate_hz)
    assert not decoded.is_truncated
    assert 60_000 < decoded.audio.duration_ms < 120_000


@pytest.mark.parametrize(
    ("name", "duration_ms", "is_truncated"),
    [
        ("8khz_5s.opus", 5000, False),
        ("mp3_named_wav.wav", 8290, False),
        ("video_with_audio.mp4", 5310, False),
        ("jfk_truncated.flac", 5432, True),
        ("wav_header_claims_30_minutes.wav", 18_343, True),
    ],
)
def test_broken_files_from_the_field_give_what_is_in_them(
    shared_data: Path, name: str, duration_ms: int, is_truncated: bool
) -> None:
    decoded = decode(shared_data / "broken" / name)
    assert decoded.audio.duration_ms == pytest.approx(duration_ms, abs=30)
    assert decoded.is_truncated == is_truncated


@pytest.mark.parametrize("name", ["missing_riff_header.wav", "gsm_6_10.wav"])
def test_broken_files_without_sound_are_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(AudioUnreadableError):
        decode(shared_data / "broken" / name)


def write_with_av(path: Path, codec: str, options: dict[str, str] | None = None) -> Path:
    """Three seconds of a tone as the format that the name says."""
    import av

    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        sound = tone(3.0, 48_000).astype(np.float32)
        for start in range(0, sound.shape[1], 960):
            frame = av.AudioFrame.from_ndarray(sound[:, start : start + 960], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec"), [("a.wav", "pcm_s16le"), ("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.flac", "flac")]
)
def test_a_header_says_how_long_the_sound_is(tmp_path: Path, name: str, codec: str) -> None:
    path = write_with_av(tmp_path / name, codec)
    assert probe_duration_ms(path) == pytest.approx(3000, abs=100)
    assert probe_duration_ms(path) == pytest.approx(decode(path).audio.duration_ms, abs=100)


def test_a_header_that_gives_no_length_gives_none(tmp_path: Path) -> None:
    """As a browser's recorder writes it."""
    path = write_with_av(tmp_path / "a.webm", "libopus", {"live": "1"})
    assert probe_duration_ms(path) is None
    assert decode(path).audio.duration_ms == pytest.approx(3000, abs=100)


@pytest.mark.parametrize(
    "content",
    [b"", b"this is a shopping list and no recording at all " * 20, b"RIFF\x24\x00\x00\x00WAVE", b"\xff\xfb" * 50],
    ids=["no bytes", "text", "a header alone", "torn frames"],
)
def test_a_damaged_file_has_no_length_and_raises_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "P01.wav"
    path.write_bytes(content)
    assert probe_duration_ms(path) is None
    assert probe_duration_ms(tmp_path / "gone.wav") is None


def test_a_long_recording_is_not_decoded_for_its_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_wav(tmp_path / "a.wav", tone(2.0))
    monkeypatch.setattr("colloquy.engines.av_decoder._Reading", lambda *_: pytest.fail("it was decoded"))
    assert probe_duration_ms(path) == 2000
