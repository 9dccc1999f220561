"""Golden cases of what may be invented, and of odd but honest speech that must not be marked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colloquy.domain.audio import Region
from colloquy.domain.suspect_passage import Suspicion
from colloquy.domain.transcript import Word
from colloquy.settings import read_subtitle_phrases
from colloquy.stages.find_suspect_passages import Evidence, find_suspect_passages

PHRASES = read_subtitle_phrases()
MINUTE = 60_000
SPEECH = (Region(0, 20_000), Region(30_000, MINUTE))
# A sound without a voice at 24 s; silence from there to 30 s.
VOCABULARY = ("PWP", "IAPT", "PHQ-9", "GAD-7", "Exampleton Trust", "Silvercloud")
EVIDENCE = Evidence(
    SPEECH, (Region(0, 20_000), Region(23_500, 25_000), Region(30_000, MINUTE)), MINUTE, PHRASES, VOCABULARY
)


def said(text: str, start_ms: int = 1000, step_ms: int = 300, confidence: float = 0.9) -> list[Word]:
    """A word every `step_ms`, a third of it pause."""
    return [
        Word(word, start_ms + at * step_ms, start_ms + at * step_ms + step_ms * 2 // 3, confidence)
        for at, word in enumerate(text.split())
    ]


INVENTED = [
    ("a word in silence", said("hello", 27_000), Suspicion.IN_SILENCE),
    ("a word in a noise", said("well", 24_000), Suspicion.OUTSIDE_SPEECH),
    ("a loop of a phrase", said("I think so. I think so. I think so. I think so."), Suspicion.LOOP),
    ("a loop of a word", said("no no no no no no no"), Suspicion.LOOP),
    ("a loop of a sentence", said("and then we went to the big old house " * 4), Suspicion.LOOP),
    (
        "a loop that varies as it goes round",
        said(" ".join(f"and then I said to him number{n % 7} and he said to me" for n in range(8)), step_ms=200),
        Suspicion.LOOP,
    ),
    ("a subtitle at the end", said("I was glad. Thanks for watching!", 40_000), Suspicion.SUBTITLE_PHRASE),
    ("a credit after a pause", [*said("glad"), *said("Subtitles by the Amara.org community", 5000)],
     Suspicion.SUBTITLE_PHRASE),
    ("a credit in another language", said("Untertitel im Auftrag des ZDF für funk, 2017"), Suspicion.SUBTITLE_PHRASE),
    ("thanks by themselves, hardly heard", said("Thank you.", 50_000, confidence=0.3), Suspicion.SUBTITLE_PHRASE),
    ("thanks by themselves, just before speech", said("Thank you.", 29_000), Suspicion.SUBTITLE_PHRASE),
    ("twelve words in a second", said("the cat sat on the mat and saw a bird up high", step_ms=83), Suspicion.TOO_FAST),
    ("a word after the end", said("goodbye", MINUTE), Suspicion.AFTER_END),
    ("the vocabulary as it is listed", said("PWP, IAPT, PHQ-9."), Suspicion.VOCABULARY),
    ("a part of the list at a window's end", [*said("and so I left."), *said("PHQ 9, GAD 7, Exampleton Trust", 3000)],
     Suspicion.VOCABULARY),
    ("the list with a term left out", said("IAPT, GAD-7, Silvercloud"), Suspicion.VOCABULARY),
    ("two terms of the list, hardly heard", said("PWP, IAPT", confidence=0.3), Suspicion.VOCABULARY),
    ("a term alone, hardly heard", said("Silvercloud", 40_000, confidence=0.3), Suspicion.VOCABULARY),
    ("a term in silence", said("we had IAPT", 26_500), Suspicion.VOCABULARY),
    ("a word far beyond the end", [Word("goodbye", 59_900, 60_900, 0.9)], Suspicion.AFTER_END),
]  # fmt: skip

HONEST = [
    ("back-channels", said("mm mm mm")),
    ("agreement", said("yeah yeah")),
    ("agreement with force", said("yes yes yes yes yes")),
    ("a stutter", said("I I I I was th- th- there")),
    ("a false start", said("and I was and I was and I was late")),
    ("a slow enumeration", said("one, two, three, four, five, six, seven", step_ms=2500)),
    ("a list with one beginning", said("my mum, my dad, my aunt, my nan, my boss, my vet, my cat, my dog")),
    ("thanks within speech", said("and thank you for coming in", 40_000)),
    ("thanks as an answer", said("Thank you.", 40_000)),
    ("watching the children", said("Thanks for watching the children, I said.")),
    ("a plea of one's own", said("they all said please subscribe to it")),
    ("vocabulary in a sentence", said("as a PWP in IAPT I use the PHQ-9 and the GAD-7")),
    ("two terms one after the other", said("the PHQ-9, GAD-7 and so on")),
    ("terms in an order of one's own", said("GAD-7, PHQ-9, IAPT, PWP")),
    ("a term as an answer", said("Silvercloud.", 40_000)),
    ("quick speech", said("you know what I mean like I said to him then", step_ms=130)),
    ("a quick aside of a few words", said("you know what I mean", step_ms=60)),
    ("a word at the edge of speech", [*said("I think", 19_400), *said("so", 20_300)]),
    ("a last word that ends a little late", [Word("goodbye", 59_800, 60_400, 0.9)]),
    ("much said once", said(
        "we learned that listening takes time because nobody had asked them before what they would need at home or at "
        "work and so the hub became a place where staff could talk about grief sleep money children and the long "
        "nights on the ward without being judged by anyone who had power over them", step_ms=250)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "suspicion"), [case[1:] for case in INVENTED], ids=[case[0] for case in INVENTED])
def test_what_may_be_invented_is_found(words: list[Word], suspicion: Suspicion) -> None:
    found = find_suspect_passages(words, EVIDENCE)
    assert suspicion in {kind for suspect in found for kind in suspect.suspicions}


@pytest.mark.parametrize("words", [case[1] for case in HONEST], ids=[case[0] for case in HONEST])
def test_odd_but_honest_speech_is_left_alone(words: list[Word]) -> None:
    assert find_suspect_passages(words, EVIDENCE) == ()


def test_a_passage_is_as_long_as_its_words_and_no_longer() -> None:
    words = [*said("we met"), *said("no no no no no no no", 3000), *said("and left", 6000)]
    (loop,) = find_suspect_passages(words, EVIDENCE)
    assert (loop.first, loop.last, loop.start_ms, loop.end_ms) == (2, 8, 3000, 5000)


def test_a_list_in_the_midst_of_speech_is_marked_by_itself() -> None:
    words = [*said("we met"), *said("PWP, IAPT, PHQ-9,", 3000), *said("and left", 6000)]
    (leak,) = find_suspect_passages(words, EVIDENCE)
    assert (leak.first, leak.last, leak.suspicions) == (2, 4, (Suspicion.VOCABULARY,))


def test_what_was_read_without_the_vocabulary_is_no_leak_of_it() -> None:
    words = said("PWP, IAPT, PHQ-9.", 40_000)
    assert find_suspect_passages(words, replace(EVIDENCE, unprompted=(Region(39_000, 45_000),))) == ()
    assert find_suspect_passages(words, replace(EVIDENCE, unprompted=(Region(10_000, 40_000),))) != ()
    assert find_suspect_passages(words, replace(EVIDENCE, vocabulary=())) == ()


def test_passages_far_apart_are_two() -> None:
    words = [*said("hello", 22_000), *said("hello", 27_000)]
    assert [suspect.start_ms for suspect in find_suspect_passages(words, EVIDENCE)] == [22_000, 27_000]


def test_a_passage_shows_when_and_why_and_never_what() -> None:
    (found,) = find_suspect_passages(said("zebediah", 27_000), EVIDENCE)
    assert "zebediah" not in repr(found)
    assert "zebediah" not in repr(replace(EVIDENCE, vocabulary=("zebediah",)))


@pytest.mark.parametrize("listed", ["sentences", "alone"])
def test_each_list_of_phrases_changes_the_outcome(listed: str) -> None:
    words = said("Fiddlesticks.", 40_000, confidence=0.2)
    more = PHRASES.model_copy(update={listed: (*getattr(PHRASES, listed), "fiddlesticks")})
    assert find_suspect_passages(words, EVIDENCE) == ()
    assert find_suspect_passages(words, Evidence(SPEECH, SPEECH, MINUTE, more)) != ()
