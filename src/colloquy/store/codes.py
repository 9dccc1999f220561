"""Participants' codes in a file's name, and the interview's id that follows; never a person's name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import count

from colloquy.domain.speaker_label import stated_role
from colloquy.domain.utterance import Role
from colloquy.store.pieces import piece_in, stated_id
from colloquy.store.roster import Participant

# Letters and digits look like a code, but Amy07 is Amy. Without a list of codes, these letters are taken for a name.
_NAMES = """
abi ada al ali amy ana ann art ava bea ben bet bo bob cal cat dan dee des di don ed eli ema eva eve fay fin flo gil
gus guy hal han ian ida ina ira isa ivy jan jay jed jen jim jo joe jon joy kai kat kay ken kim kit lea lee leo les lex
li lia lil liv liz lou lu luc lyn mae max may meg mel mia mo nan nat ned nia nik noa obi oli pam pat peg pia pip rab
raj ray reg rex ria rob rod ron roy roz sal sam seb sid sol sue syd tam ted tia tim tod tom ty uma una val vic viv wes
wyn yan zac zak zed zia zoe
"""
SHORT_FIRST_NAMES = frozenset(_NAMES.split())
_RECORDER_WORDS = "aud ddr dm dr ds dvt dw file ls memo mic mono rec ste trk vn voc wav wma ws zoom"
# With a number they look like codes; these words stand for no participant.
RECORDER_WORDS = frozenset(_RECORDER_WORDS.split())

# Between the codes of several participants: P06+P07, P06 P07, P06 & P07, P06 and P07.
_BETWEEN_CODES = re.compile(r"[ _+&-]+(?:and[ _+&-]+)?", re.IGNORECASE)
_LOOKS_LIKE_CODE = re.compile(r"(?P<letters>[A-Za-z]{1,4})[ _-]?(?P<number>\d{1,4})(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose interview a file is, and which of theirs. No codes: the study has no list and the name tells none.

    `piece` is which piece of the recording it is, of how many (`piece_count`), where the name says so.
    `joins` is the interview that a person wrote into the name ("joins P08-2").
    """

    codes: tuple[str, ...]
    part: int | None
    piece: int | None = None
    piece_count: int | None = None
    joins: str = ""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """`advice` is for the team's eyes only: it quotes the file's name."""

    advice: str = field(repr=False)


def place(name: str, pattern: str, participants: tuple[Participant, ...]) -> Place | Unplaced:
    """By the column `file` of participants.csv, else by the codes in the name; one that is not listed is a mistake."""
    stem = name.rpartition(".")[0] or name
    piece = piece_in(stem, pattern)
    number, count = (piece.number, piece.total) if piece else (None, None)
    rest, joins = stated_id(piece.rest if piece else stem)
    named = tuple(person.participant_id.upper() for person in participants if _is_named(name, person.files))
    if named:
        return Place(named, None, number, count, joins)
    codes, part = codes_in(rest, pattern, _listed(participants))
    if codes or not participants:
        return Place(codes, part, number, count, joins)
    return Unplaced(_advice(stem, [person.participant_id for person in participants]))


def place_of_folder(name: str, pattern: str, participants: tuple[Participant, ...]) -> Place | None:
    """Whose interview a folder holds; None where its name is no code. Without a list it must be a code and no more."""
    if piece_in(name, pattern):
        return None
    name, joins = stated_id(name)
    codes, part = codes_in(name, pattern, _listed(participants))
    match = re.match(pattern, name)
    is_code = bool(codes) and match is not None and (bool(participants) or match.end() == len(name))
    return Place(codes, part, joins=joins) if is_code else None


def is_recorders(stem: str, pattern: str, participants: tuple[Participant, ...]) -> bool:
    """Whether a name tells nobody's code, not even a mistyped one. A recorder's may look like one: REC0001."""
    match = _LOOKS_LIKE_CODE.match(stem)
    if participants and match is not None:
        return not any(_number_alike(match["letters"], match["number"], p.participant_id) for p in participants)
    if match is not None and match["letters"].casefold() in RECORDER_WORDS:
        return True
    return not codes_in(stem, pattern, _listed(participants))[0]


def speaker_named(stem: str, codes: tuple[str, ...], label: str, participants: tuple[Participant, ...]) -> str:
    """The speaker whose own file this is in an interview of `codes`: a code or an interviewer's label; empty: no one's.

    `label` is what the study calls the interviewer.
    """
    name = " ".join(re.split(r"[ _-]+", stem)).strip().upper()
    interviewers = {p.participant_id.upper() for p in participants if p.role == Role.INTERVIEWER.value}
    is_interviewer = (
        re.fullmatch(rf"{re.escape(label.upper())} ?\d?", name) is not None
        or name in interviewers
        or stated_role(name) is Role.INTERVIEWER
    )
    return name if name in codes or is_interviewer else ""


def _listed(participants: tuple[Participant, ...]) -> frozenset[str]:
    return frozenset(person.participant_id.upper() for person in participants)


def _is_named(name: str, files: tuple[str, ...]) -> bool:
    """Whether the list names this file, with or without its ending."""
    wanted = {_plain(file) for file in files}
    return bool(wanted & {_plain(name), _plain(name.rpartition(".")[0])} - {""})


def _plain(name: str) -> str:
    """Computers write one accented letter in two ways."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def _advice(stem: str, listed: list[str]) -> str:
    match = _LOOKS_LIKE_CODE.match(stem)
    if match is not None:  # of several codes, the one that is not listed
        known = {code.upper() for code in listed}
        match = next((one for one in _LOOKS_LIKE_CODE.finditer(stem) if one[0].upper() not in known), match)
    if match is None:
        return (
            "Its name holds no participant's code. Rename it, as in P07.m4a or P07_2.m4a; or write its name into the "
            'column "file" of participants.csv, in the line of the participant.'
        )
    alike = [code for code in listed if _number_alike(match["letters"], match["number"], code)]
    alike = alike or difflib.get_close_matches(match[0].upper(), [code.upper() for code in listed], n=1, cutoff=0.6)
    guess = f" Did you mean {alike[0]}?" if alike else ""
    return f"There is no participant {match[0]} in participants.csv.{guess} Rename the file, or add the participant."


def _number_alike(letters: str, number: str, code: str) -> bool:
    """P7 and P07."""
    other = _LOOKS_LIKE_CODE.fullmatch(code)
    return (
        other is not None and other["letters"].casefold() == letters.casefold() and int(other["number"]) == int(number)
    )


def codes_in(stem: str, pattern: str, listed: frozenset[str]) -> tuple[tuple[str, ...], int | None]:
    """The codes in upper case and which of their interviews it is; none where one of them may be a name.

    `listed` are the study's own codes in upper case; where there are any, no other counts. Some of the codes alone
    would say that fewer people speak than do, so it is all of them or none.
    """
    match = re.match(pattern, stem)
    if match is None:
        return (), None
    codes = tuple(code for code in _BETWEEN_CODES.split((match["participants"] or "").upper()) if code)
    if not all(code in listed if listed else not _may_be_name(code) for code in codes):
        return (), None
    part = match.groupdict().get("part")
    return codes, int(part) if part and part.isdecimal() else None


def stated_id_of(place: Place) -> str:
    """The id that a number in the name asks for: P07_2 is P07-2. Empty where there is none."""
    return f"{'-'.join(place.codes)}-{place.part}" if place.codes and place.part is not None else ""


def free_id(codes: tuple[str, ...], part: int | None, taken: set[str]) -> str:
    """P07, P07-2 for the second file; P07-4 where the name says so; R01, R02, … without codes."""
    if not codes:
        return next(name for n in count(1) if (name := f"R{n:02d}") not in taken)
    stem = "-".join(codes)
    wanted = stem if part is None else f"{stem}-{part}"
    return wanted if wanted not in taken else next(name for n in count(2) if (name := f"{stem}-{n}") not in taken)


def _may_be_name(code: str) -> bool:
    return code.rstrip("0123456789").lower() in SHORT_FIRST_NAMES
