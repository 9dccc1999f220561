from __future__ import annotations

from dataclasses import replace

from colloquy.domain.interview import FileRole, Interview, SourceFile, SourceKind, interview_order

FIRST, SECOND = (
    SourceFile("1" * 64, ".wav", "P07 Anna part 1.wav", number=1),
    SourceFile("2" * 64, ".mp3", "P07 part 2.mp3", number=2),
)
COMPANION = SourceFile("3" * 64, ".vtt", "P07.vtt", FileRole.COMPANION, 1)


def interview(*files: SourceFile) -> Interview:
    return Interview("hubs", "P07", SourceKind.RECORDING, ("P07",), files)


def test_the_digest_of_a_single_file_is_that_of_the_interview() -> None:
    assert interview(FIRST).sha256 == FIRST.sha256
    assert interview(replace(FIRST, number=0)).sha256 == FIRST.sha256


def test_another_piece_order_or_role_is_another_digest() -> None:
    voices = (replace(file, role=FileRole.VOICE) for file in (FIRST, SECOND))
    swapped = (replace(FIRST, number=2), replace(SECOND, number=1))
    digests = {interview(*files).sha256 for files in ((FIRST,), (FIRST, SECOND), swapped, voices)}
    assert len(digests) == 4


def test_a_companion_changes_nothing_of_what_was_said() -> None:
    assert interview(FIRST, SECOND, COMPANION).sha256 == interview(FIRST, SECOND).sha256
    assert interview(COMPANION, FIRST).suffix == ".wav"
    assert interview(COMPANION, FIRST).companions == (COMPANION,)


def test_files_come_in_order_of_their_numbers() -> None:
    assert interview(SECOND, FIRST).own_files == (FIRST, SECOND)
    assert interview(SECOND, FIRST).sha256 == interview(FIRST, SECOND).sha256


def test_no_original_name_shows_in_the_representation() -> None:
    assert "Anna" not in repr(interview(FIRST))


def test_ids_are_ordered_as_people_count() -> None:
    ordered = ["P9", "P01", "P01-2", "P01-10", "P02", "P06-2", "P06-P07", "P10", "P10-2", "R01", "R100"]
    assert sorted(sorted(ordered), key=interview_order) == [
        "P01",
        "P01-2",
        "P01-10",
        "P02",
        *ordered[5:7],
        "P9",
        *ordered[7:],
    ]


def test_of_files_whose_place_another_took_nothing_is_made() -> None:
    old = SourceFile("1" * 64, ".wav", "P07.wav", FileRole.SET_ASIDE)
    new = SourceFile("2" * 64, ".wav", "P07.wav", folder="Woche 1 Novak")
    interview = Interview("hubs", "P07", SourceKind.RECORDING, ("P07",), (old, new))
    assert (interview.own_files, interview.sha256) == ((new,), "2" * 64)
    assert "Novak" not in repr(interview)
