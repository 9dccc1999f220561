from __future__ import annotations

from colloquy.domain.utterance import Attribution
from colloquy.stages.choose_quotes import choose_quotes
from tests.speakers import CLEAR, WORD_MS, Lines, settled


def quotes(lines: Lines, voice: str) -> tuple[list[str], list[int]]:
    found = next(one for one in settled(lines).voices if one.guess.speaker == voice)
    return [quote.text for quote in found.quotes], [quote.start_ms for quote in found.quotes]


def test_questions_and_long_sentences_in_their_order_from_all_over_the_interview() -> None:
    texts, times = quotes(CLEAR, "S1")
    assert texts[0] == "Could you tell me about your work?"
    assert texts[-1] == "Is there anything else you would like to say?"
    assert times == sorted(times)
    assert times[0] == 5 * WORD_MS
    answers, _ = quotes(CLEAR, "S2")
    assert answers[0].startswith("I am a nurse")
    assert len(answers) == 3


def test_each_third_gives_one_before_any_gives_two() -> None:
    dull = "Well this part is not as long."
    busy = "What about a question that is rather long? And what about another that is as long as that?"
    texts, _ = quotes(
        (("S1", f"{busy} {busy.upper()}"), ("S2", "So."), ("S1", dull), ("S2", "So."), ("S1", "Bye.")), "S1"
    )
    assert len(texts) == 3
    assert dull in texts


def test_what_is_long_is_cut_and_what_is_said_again_is_quoted_once() -> None:
    texts, _ = quotes(
        (("S1", "word " * 60 + "end."), ("S2", "Mm."), ("S1", "Right."), ("S2", "Mm."), ("S1", "Yes.")), "S1"
    )
    assert texts[0].split() == ["word"] * 25 + ["…"]
    assert quotes((("S1", "Go on."), ("S2", "Mm."), ("S1", "Go on."), ("S2", "Mm.")), "S2")[0] == ["Mm."]


def test_nobody_has_no_quotes() -> None:
    assert choose_quotes((), "S1") == ()
    assert choose_quotes(settled(CLEAR).utterances, "S9") == ()


def test_a_quote_shows_in_no_message() -> None:
    found: Attribution = settled(CLEAR)
    assert "work" not in f"{found!r} {found.voices!r} {found.voices[0].quotes!r}"
