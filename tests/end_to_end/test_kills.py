"""`kill -9` at random moments: nothing lost, nothing doubled, nothing done twice.

COLLOQUY_KILLS says how often (20), COLLOQUY_KILL_SEED repeats the moments of a failure.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import secrets
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import pytest

from colloquy.store.dataset import load_dataset
from colloquy.store.folders import DataFolder, StudyFolder
from colloquy.store.interviews import read_interviews
from colloquy.store.key import read_key
from colloquy.store.ledger import read_states
from colloquy.store.sources import source_path
from tests.faults import STUDY, Faults, drop_recording, drop_text

ROUNDS = int(os.environ.get("COLLOQUY_KILLS", "20"))
SEED = int(os.environ.get("COLLOQUY_KILL_SEED", "0")) or secrets.randbelow(10**6)
# What is there at first, and what is dropped between the rounds.
FIRST = ("P01.txt", "P02.txt", "P03.txt")
LATER = ("P09.wav", "P04.txt", "P05.txt", "P06.txt")
FRIENDS = {"P04.txt": "Mary", "P06.txt": "Peter"}
# A share of an undisturbed run: what is done stays done, so that later runs are shorter.
LONGEST_RATIO, LONGEST_S = 0.3, 6.0
# A file is dropped in every so many rounds. With the other setting all texts are read, redacted and checked again.
EVERY = 3
OTHER = "longest_utterance_ms = 59000\n"  # in the study's last section, [attribution]
# Checks are done again whenever the key has learnt of another name.
MAY_CHANGE = ("check", "publish")


def drop(inbox: Path, name: str) -> None:
    code, _, ending = name.partition(".")
    if ending == "wav":
        drop_recording(inbox, code)
    else:
        drop_text(inbox, code, FRIENDS.get(name, "Joan"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def finished(folder: StudyFolder) -> dict[str, int]:
    """Every record of finished work with what it depended on, and when it was written."""
    records = [path for path in folder.stage("ledger").rglob("[!.]*.json") if path.stem not in MAY_CHANGE]
    return {
        f"{path.parent.name} {path.stem} {json.loads(path.read_bytes())['fingerprint']}": path.stat().st_mtime_ns
        for path in records
    }


def assert_nothing_done_again(before: dict[str, int], now: dict[str, int]) -> None:
    again = [name for name in before.keys() & now.keys() if before[name] != now[name]]
    assert again == [], f"finished work was done again; seed {SEED}"


def known(folder: StudyFolder) -> dict[str, set[str]]:
    """What each placeholder stands for; each once."""
    entries = read_key(folder)
    placeholders = [entry.placeholder for entry in entries]
    assert len(placeholders) == len(set(placeholders)), f"a placeholder stands twice in the key; seed {SEED}"
    texts = Counter(text for entry in entries for text in entry.originals)
    assert max(texts.values(), default=1) == 1, f"two placeholders stand for one thing; seed {SEED}"
    return {entry.placeholder: set(entry.originals) for entry in entries}


def told(folder: StudyFolder) -> dict[str, Any]:
    """The dataset with what its placeholders stand for, and no study's name: how they are numbered does not count."""
    stands_for = {name: f"<{sorted(texts)[0]}>" for name, texts in known(folder).items()}
    plain = json.dumps(asdict(load_dataset(folder)), default=str).replace(folder.study_id, "study")
    shown = re.sub(r"\[[A-Z][A-Za-z ]* \d+\]", lambda found: stands_for[found[0]], plain)
    tables: dict[str, list[Any]] = json.loads(shown)
    return {name: sorted(rows, key=json.dumps) for name, rows in tables.items()}


@pytest.fixture(scope="module")
def undisturbed(at_hand: Faults) -> tuple[StudyFolder, float]:
    """The same files in a study that is run once, and the seconds that this took."""
    at_hand.configure("whole")
    folder = DataFolder(at_hand.folder / "data").study("whole")
    for name in (*FIRST, *LATER):
        drop(folder.inbox, name)
    run = at_hand.run("run", "whole")
    assert run.exit_code == 0, run.output
    return folder, time.monotonic() - at_hand.began_s


@pytest.fixture(scope="module")
def killed(at_hand: Faults, undisturbed: tuple[StudyFolder, float]) -> StudyFolder:
    """A study whose runs were killed again and again, then one that was left in peace."""
    at_hand.configure("killed")
    folder = DataFolder(at_hand.folder / "data").study("killed")
    moments = random.Random(SEED)
    for name in FIRST:
        drop(folder.inbox, name)
    later, hits = list(LATER), 0
    done, names = finished(folder), known(folder)
    for number in range(ROUNDS):
        if later and number % EVERY == EVERY - 1:
            drop(folder.inbox, later.pop(0))
        run = at_hand.begin("run", "killed")
        psutil.wait_procs([run], moments.uniform(0, min(LONGEST_RATIO * undisturbed[1], LONGEST_S)))
        if at_hand.kill(run).exit_code == -9:
            hits += 1
        else:  # it had ended: without another setting there would be nothing to do
            at_hand.configure("killed", STUDY + (OTHER if number % 2 else ""))
        assert at_hand.wait_for_lanes_to_end() == [], f"a lane outlived its run; round {number}, seed {SEED}"
        now = finished(folder)
        assert_nothing_done_again(done, now)
        assert all(texts <= known(folder)[name] for name, texts in names.items()), f"key lost a name; seed {SEED}"
        done, names = now, known(folder)
    for name in later:
        drop(folder.inbox, name)
    at_hand.configure("killed")
    last = at_hand.run("run", "killed")
    assert last.exit_code == 0, f"{last.output}\nseed {SEED}"
    assert hits > ROUNDS / 2, f"most runs had ended before they were killed; seed {SEED}"
    return folder


def test_every_dropped_file_is_one_interview(killed: StudyFolder) -> None:
    interviews = read_interviews(killed)
    assert sorted(i.interview_id for i in interviews) == sorted(Path(name).stem for name in (*FIRST, *LATER)), SEED
    assert sorted(state.interview_id for state in read_states(killed)) == sorted(i.interview_id for i in interviews)
    assert len({interview.sha256 for interview in interviews}) == len(interviews), SEED


def test_copies_and_originals_are_whole(killed: StudyFolder, tmp_path: Path) -> None:
    for interview in read_interviews(killed):
        (file,) = interview.files
        drop(tmp_path, file.original_name)
        taken = killed.inbox / "_taken" / file.original_name
        dropped = digest(tmp_path / file.original_name)
        assert (digest(source_path(killed, interview)), digest(taken)) == (dropped, dropped), SEED
    assert sorted(path.name for path in killed.inbox.rglob("*") if path.is_file()) == sorted((*FIRST, *LATER)), SEED
    assert len(list(killed.stage("sources").iterdir())) == len(FIRST) + len(LATER), SEED


def test_the_dataset_is_that_of_an_undisturbed_study(
    killed: StudyFolder, undisturbed: tuple[StudyFolder, float]
) -> None:
    assert told(killed) == told(undisturbed[0]), f"seed {SEED}"
    assert sorted(map(sorted, known(killed).values())) == sorted(map(sorted, known(undisturbed[0]).values())), SEED


def test_nothing_half_written_is_left(killed: StudyFolder) -> None:
    left = [path for path in killed.root.rglob("*") if path.name.endswith((".part", ".old", ".reading.json"))]
    assert left == [], f"seed {SEED}"
