"""Two machines that redact interviews of one study at once write to one key."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from colloquy.domain.redaction import Category, KeyEntry
from colloquy.errors import StudyError
from colloquy.settings import InboxSettings, configs_folder
from colloquy.store.folders import DataFolder
from colloquy.store.inbox import admit
from colloquy.store.key import read_key, save_key
from flows.night import Plan
from flows.steps import do_step
from flows.study import _refuse_locked_key
from flows.work import StudyWork

PEOPLE = (
    *("Byrne", "Ashworth", "Rahman", "Pugh", "Clarke", "Doyle", "Foster", "Malik"),
    *("Novak", "Okafor", "Price", "Quinn", "Reid", "Shaw", "Turner", "Walsh"),
)
# Reads the ids it shall redact once both are ready; each interview names somebody new and somebody that all name.
REDACT = """
import sys
from pathlib import Path
from colloquy.store.folders import DataFolder
from flows.night import Plan
from flows.steps import do_step
from flows.study import _refuse_locked_key
from flows.work import StudyWork
work = StudyWork(DataFolder(Path(sys.argv[1])), "diaries")
work.detectors()
print("ready", flush=True)
for name in sys.stdin.readline().split():
    do_step(work, "redact", work.interview(name))
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyWork:
    configs = Path(shutil.copytree(configs_folder(), tmp_path / "configs"))
    # Without what loads presidio for seconds.
    (configs / "studies" / "diaries.toml").write_text('[redaction]\ndetectors = ["roster", "spoken", "names"]\n')
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    work = StudyWork(DataFolder(tmp_path / "data"), "diaries")
    work.folder.inbox.mkdir(parents=True)
    for number, name in enumerate(PEOPLE, start=1):
        text = f"My name is Niamh {name} and I live in Leeds. Every week I met Tobias Hartley, and we talked a lot."
        (work.folder.inbox / f"P{number:02d}.txt").write_text(text, encoding="utf-8")
    admit(work.folder, work.settings.study.interview_pattern, InboxSettings(settle_s=0, after_taking="move"))
    for interview in work.interviews.values():
        do_step(work, "read_document", interview)
    return work


def test_nobody_gets_two_placeholders_and_no_placeholder_stands_for_two(work: StudyWork) -> None:
    machines = [
        subprocess.Popen(
            [sys.executable, "-c", REDACT, str(work.data.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        for _ in range(2)
    ]
    for machine in machines:
        assert machine.stdout is not None
        assert machine.stdout.readline() == "ready\n"
    ids = sorted(work.interviews)
    for number, machine in enumerate(machines):
        assert machine.stdin is not None
        machine.stdin.write(" ".join(ids[number::2]) + "\n")
        machine.stdin.flush()
    assert [machine.wait(120) for machine in machines] == [0, 0]

    meant = {entry.placeholder: set(entry.originals) for entry in read_key(work.folder)}
    everybody = [original for originals in meant.values() for original in originals]
    assert len(everybody) == len(set(everybody))
    for number, name in enumerate(PEOPLE, start=1):
        redacted = json.loads((work.folder.stage("redact") / f"P{number:02d}.json").read_bytes())
        used = {one["placeholder"] for one in redacted["redactions"]}
        told = {original for placeholder in used for original in meant[placeholder]}
        assert {f"Niamh {name}", "Tobias Hartley", "Leeds"} <= told


@pytest.mark.parametrize("is_night", [True, False])
def test_a_run_whose_key_cannot_be_opened_begins_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_night: bool
) -> None:
    monkeypatch.setenv("COLLOQUY_SECRETS", str(tmp_path / "anna.smith" / "secrets"))
    inbox = tmp_path / "data" / "inbox" / "hubs"
    inbox.mkdir(parents=True)
    (inbox / "P01.txt").write_text("I am Niamh.", encoding="utf-8")
    work = StudyWork(DataFolder(tmp_path / "data"), "hubs")
    admit(work.folder, work.settings.study.interview_pattern, InboxSettings(settle_s=0, after_taking="move"))
    save_key(work.folder, (KeyEntry("[Person 1]", Category.PERSON, ("Niamh Byrne",)),))
    plan = Plan(work, is_night=is_night)
    _refuse_locked_key(work, plan)
    shutil.rmtree(tmp_path / "anna.smith")
    with pytest.raises(StudyError, match=r"Nothing was begun\. .*colloquy key where hubs") as caught:
        _refuse_locked_key(work, plan)
    assert "anna.smith" not in str(caught.value)  # it goes to Prefect, and to whoever is told of the night
