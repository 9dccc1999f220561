"""The files that a new study begins with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from colloquy.errors import StudyError
from colloquy.store.files import make_private_folder, write_whole
from colloquy.store.folders import StudyFolder
from colloquy.store.roster import PARTICIPANT_COLUMNS, ROSTER_COLUMNS

SETTINGS_TEXT = """\
# What this study changes. Every setting, its default and its reason: configs/colloquy.toml.

[study]
title = {title}

[transcription]
model = {model}              # a name from `colloquy models list`, or a path
# vocabulary = ["PWP", "IAPT", "PHQ-9", "GAD-7"]  # terms, services and places as they are to be spelt; no participants

[diarisation]
# Fixing the number of voices makes results far better. It is the participants in the file's name and the interviewers;
# with interviewers = 0 it is between the two bounds, interviewers included.
{voices}

[attribution]
interviewer_label = {label}  # what the interviewer is called in every output

[night]
schedule = ""                # "30 22 * * 1-5": at 22:30, Monday to Friday, while `colloquy up` is up; "": no nights
time_zone = "Europe/London"
window = ""                  # "22:00-06:30": nothing is begun that would not end by then; "": any time
"""

README_TEXT = """\
Put recordings here (wav, mp3, m4a, ...), or transcripts you already have (docx, vtt, txt), in folders if you like.

Name each file after the participant's code: P07.m4a, P07_2.m4a for a second interview, P06+P07.m4a for two at once.
No names of people.
These become one interview:
  P07 part 1.wav, P07 part 2.wav     pieces of one recording (or a folder P07 with REC0001.wav, REC0002.wav)
  P07/INT.m4a, P07/P07.m4a           one file a speaker, equally long, put together into a folder P07
  P07.m4a, P07.vtt                   a recording and its transcript from Teams or Zoom
What was taken in and copied safely is moved to the folder _taken; nothing is ever changed or deleted.
A file that Colloquy cannot place, or that is empty, stays where it is, and a note beside it says what to do.
A recording failed because its file is bad? Copy it again from the recorder and drop it here under the same name.

Then tell Colloquy who and what must not appear in the dataset. Both tables open in Excel; they are confidential:
  {participants}
  {roster}
Once participants.csv has lines, list every code there. A recording whose name holds no code can be named in the column
"file", with the participant it belongs to. While there is no line, files without a code are called R01, R02, ...

Examples (invented):
  participants.csv   participant_id,name,other_names,role,file
                     P07,Anna Example,Annie; Mrs Example,participant,
                     P08,Eve Sample,,participant,Recording 14.m4a
                     INT,Sam Sample,Sammy,interviewer,
  roster.csv         category,name,other_names
                     person,Joan Invented,Joanie
                     place,Exampleton,
                     organisation,Sample Road Surgery,the Surgery; Sample Road
"""


@dataclass(frozen=True, slots=True)
class NewStudy:
    """What the team decides when a study begins. `speaker_count` None: not known."""

    study_id: str
    title: str
    model: str
    speaker_count: int | None
    interviewer_label: str


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """Where the files of a new study lie."""

    settings: Path
    inbox: Path
    participants: Path
    roster: Path


def create_study(study: NewStudy, folder: StudyFolder, configs: Path) -> StudyFiles:
    """Write the settings file, the inbox and the two empty tables. Raises StudyError when any of them is there."""
    files = StudyFiles(
        configs / "studies" / f"{study.study_id}.toml",
        folder.inbox,
        folder.identifiable / "participants.csv",
        folder.identifiable / "roster.csv",
    )
    readme = folder.inbox / "README.txt"
    for path in (files.settings, readme, files.participants, files.roster):
        if path.exists():
            raise StudyError(
                f"{study.study_id}: this study exists already ({path.name} is there). Nothing was changed. Choose "
                "another id, or edit the files by hand."
            )
    _make_data_folders(folder)
    write_whole(files.participants, _header(PARTICIPANT_COLUMNS))
    write_whole(files.roster, _header(ROSTER_COLUMNS))
    text = README_TEXT.format(participants=files.participants, roster=files.roster)
    write_whole(readme, text.encode())
    write_whole(files.settings, _settings(study).encode(), is_private=False)
    return files


def _make_data_folders(folder: StudyFolder) -> None:
    """`identifiable` and the inbox are private from the first moment; the data folder itself need not be."""
    folder.root.mkdir(parents=True, exist_ok=True)
    make_private_folder(folder.inbox)
    make_private_folder(folder.identifiable)


def _header(columns: tuple[str, ...]) -> bytes:
    """With a byte order mark, so that Excel reads accents as they are."""
    return b"\xef\xbb\xbf" + (",".join(columns) + "\r\n").encode()


def _settings(study: NewStudy) -> str:
    count = study.speaker_count
    voices = [("interviewers", 1)]
    if count is not None:
        voices = [("interviewers", 0), ("fewest_speakers", count), ("most_speakers", count)]
    return SETTINGS_TEXT.format(
        title=_toml(study.title),
        model=_toml(study.model),
        voices="\n".join(f"{name} = {value}" for name, value in voices),
        label=_toml(study.interviewer_label),
    )


def _toml(text: str) -> str:
    """A TOML basic string; JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
