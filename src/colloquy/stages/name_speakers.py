"""Read who is who as a person types it: `S1=interviewer S2=P07`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from colloquy.domain.speaker_decision import INTERVIEWER, OTHER, PARTICIPANT
from colloquy.errors import StudyError


def name_speakers(
    said: Sequence[str], voices: Sequence[str], codes: Sequence[str], interviewer_label: str
) -> tuple[tuple[str, str], ...]:
    """Each voice with `interviewer` (`interviewer2` to `interviewer9`), one of `codes`, or `other`.

    Without codes, `participant` (`participant2` to `participant9`). Capitals do not count.
    Raises StudyError where a voice is unknown, left out or named twice, or nobody has the name.
    """
    named: dict[str, str] = {}
    for one in said:
        voice, equals, name = (part.strip() for part in one.partition("="))
        if not (voice and equals and name):
            # Names may have been typed: what was typed is not repeated.
            raise StudyError("Expected each voice and who it is, without spaces, as in S1=interviewer S2=P07.")
        known = {candidate.upper(): candidate for candidate in voices}
        if voice.upper() not in known:
            raise StudyError(f"There is no such voice; known: {', '.join(voices)}.")
        if known[voice.upper()] in named:
            raise StudyError(f"{known[voice.upper()]} is named twice. Name each voice once.")
        named[known[voice.upper()]] = _person(known[voice.upper()], name, codes, interviewer_label)
    if missing := [voice for voice in voices if voice not in named]:
        raise StudyError(
            f"{', '.join(missing)}: not named. Name every voice; {missing[0]}={OTHER} for somebody who is neither "
            "interviewer nor participant."
        )
    return tuple((voice, named[voice]) for voice in voices)


def _person(voice: str, name: str, codes: Sequence[str], interviewer_label: str) -> str:
    by_capitals = {code.upper(): code for code in codes}
    if name.upper() in by_capitals:
        return by_capitals[name.upper()]
    plain = name.casefold()
    label = re.escape(interviewer_label.casefold())
    if match := re.fullmatch(rf"(?:{INTERVIEWER}|{label})-?([2-9]?)", plain):
        return f"{INTERVIEWER}{match[1]}"
    if plain == OTHER:
        return OTHER
    if not codes and (match := re.fullmatch(rf"{PARTICIPANT}-?([2-9]?)", plain)):
        return f"{PARTICIPANT}{match[1]}"
    known = [INTERVIEWER, *(by_capitals.values() or [PARTICIPANT]), OTHER]
    close = difflib.get_close_matches(plain, [one.casefold() for one in known], n=1)
    guess = next((f" Did you mean {one}?" for one in known if close and one.casefold() == close[0]), "")
    raise StudyError(f"{voice}: there is no such participant in the study.{guess} Known: {', '.join(known)}.")
