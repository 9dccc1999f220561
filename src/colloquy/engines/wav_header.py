"""How much sound a WAV file's own header claims. FFmpeg takes the file's length instead where there is less."""

from __future__ import annotations

import struct
from pathlib import Path

_FORMS = (b"RIFF", b"RF64", b"BW64")
_BEGINNING, _CHUNK = 12, 8
_FORMAT = struct.Struct("<HHIIHH")  # codec, channels, rate, bytes a second, bytes a block, bits
_LONG_SIZES = struct.Struct("<QQ")  # of the file and of the sound, in RF64
_IN_DS64 = 0xFFFF_FFFF
_MOST_CHUNKS = 1_000


def claimed_s(path: Path) -> float:
    """Seconds of sound by the header; 0 where it does not say, or the file is no WAV.

    A recorder writes the size last of all: until then there may stand 0, the largest number, or (SoX, arecord) half of
    that, which claim nothing.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
            if beginning[:4] not in _FORMS or beginning[8:] != b"WAVE":
                return 0.0
            bytes_a_second, long_size = 0, 0
            for _ in range(_MOST_CHUNKS):
                name, size = struct.unpack("<4sI", file.read(_CHUNK))
                if name == b"data":
                    size = long_size if size == _IN_DS64 else 0 if _is_placeholder(size) else size
                    return size / bytes_a_second if bytes_a_second else 0.0
                after = file.tell() + size + size % 2
                if name == b"fmt ":
                    bytes_a_second = _FORMAT.unpack(file.read(_FORMAT.size))[3]
                elif name == b"ds64":
                    long_size = _LONG_SIZES.unpack(file.read(_LONG_SIZES.size))[1]
                file.seek(after)
    except (OSError, struct.error):
        pass
    return 0.0


def _is_placeholder(size: int) -> bool:
    return 0x7FFF_F000 <= size <= 0x8000_0000 or size >= 0xFFFF_F000
