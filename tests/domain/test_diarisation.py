"""What is told of a diarisation."""

from __future__ import annotations

import pytest

from colloquy.domain.diarisation import SpeakerCount


@pytest.mark.parametrize(("count", "plain"), [(SpeakerCount(2, 2), "2"), (SpeakerCount(1, 8), "1 to 8")])
def test_a_number_of_voices_in_words(count: SpeakerCount, plain: str) -> None:
    assert count.plain == plain
