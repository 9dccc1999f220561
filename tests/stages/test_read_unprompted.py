from __future__ import annotations

from colloquy.domain.audio import Region
from colloquy.domain.transcript import Word
from colloquy.stages.decode_again import Reading
from colloquy.stages.read_unprompted import read_unprompted

WINDOWS = (Region(0, 10_000), Region(10_000, 20_000), Region(20_000, 30_000))
SPEECH = (Region(0, 10_000), Region(10_000, 11_500), Region(20_000, 30_000))


def words(start_ms: int, count: int) -> tuple[Word, ...]:
    """A word every second."""
    return tuple(Word("we", start_ms + at * 1000, start_ms + at * 1000 + 800, 0.9) for at in range(count))


def test_windows_with_speech_and_few_words_are_read_again_and_the_fuller_reading_stays() -> None:
    asked: list[tuple[Region, ...]] = []

    def read(pieces: tuple[Region, ...]) -> tuple[Word, ...]:
        asked.append(pieces)
        return (*words(0, 10), *words(20_000, 1))

    first = Reading((*words(0, 3), *words(20_000, 4)), WINDOWS)
    again = read_unprompted(first, SPEECH, read)
    assert asked == [(WINDOWS[0], WINDOWS[2])]  # the second window holds little speech
    assert again == Reading((*words(0, 10), *words(20_000, 4)), WINDOWS, (WINDOWS[0],))


def test_where_nearly_all_speech_has_words_nothing_is_read_again() -> None:
    def read(pieces: tuple[Region, ...]) -> tuple[Word, ...]:
        raise NotImplementedError

    first = Reading((*words(0, 9), *words(20_000, 10)), WINDOWS)
    assert read_unprompted(first, SPEECH, read) == first
