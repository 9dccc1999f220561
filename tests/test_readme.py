"""Every code block of the README is run, or, where it would install or run everything, shown to be what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from colloquy.cli.main import COMMANDS
from colloquy.settings import load_settings
from tests.terminal import Run, clean_environment

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(language, text) for language, text in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))]
SHELL = [text for language, text in BLOCKS if language == "sh" and "make " not in text and " demo P" not in text]
# Needs a model that only the internet has: without one it must say which command fetches it.
# What these say on a machine that has neither a model nor the internet, and a study without recordings.
REFUSALS = {
    "run": "its inbox is empty",
    "models fetch": "internet|network",
    "export": "there is no dataset yet",
    "speakers": "there is no interview P07",
}


def environment(folder: Path) -> dict[str, str]:
    kept = clean_environment()
    own = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
        "COLLOQUY_DATA": str(folder / "data"),
        "COLLOQUY_CONFIGS": str(folder / "configs"),
        "https_proxy": "http://127.0.0.1:9",  # no download in a test, whatever the machine
    }
    return kept | own


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team's folder with the shipped settings, and a recording where the README says it would be."""
    folder = tmp_path_factory.mktemp("team")
    shutil.copytree(ROOT / "configs", folder / "configs")
    shutil.copytree(ROOT / "data" / "demo", folder / "data" / "demo")
    return folder


def test_each_make_block_names_a_target_that_make_knows() -> None:
    blocks = [text.strip() for language, text in BLOCKS if language == "sh" and "make " in text]
    assert blocks == ["make demo", "make test"]
    for block in blocks:
        planned = subprocess.run(
            [*block.split(), "--dry-run", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        assert ("colloquy demo" if "demo" in block else "pytest") in planned


def test_the_windows_block_does_the_same_as_make() -> None:
    (block,) = [text for language, text in BLOCKS if language == "powershell"]
    lines = block.strip().splitlines()
    assert lines[0].startswith("py -3.1")
    assert lines[0].endswith("-m venv .venv")
    assert lines[1].endswith('-m pip install -e ".[dev]"')
    assert lines[2].removeprefix(".venv\\Scripts\\colloquy ") in COMMANDS
    assert lines[3] == ".venv\\Scripts\\python -m pytest"


@pytest.mark.parametrize("block", SHELL, ids=lambda text: " ".join(text.split()[:3]))
def test_shell_blocks_run(block: str, folder: Path) -> None:
    for line in block.strip().splitlines():
        if line.startswith(". .venv"):
            continue
        done = subprocess.run(
            ["bash", "-c", line.replace("data/demo", str(folder / "data" / "demo"))],
            cwd=folder,
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        told = " ".join((done.stdout + done.stderr).split())
        assert "Traceback" not in told
        refusal = next((says for name, says in REFUSALS.items() if line.startswith(f"colloquy {name} ")), None)
        if "doctor" in line:
            assert "Python" in told
        elif refusal is not None and done.returncode:
            assert done.returncode == 1
            assert re.search(refusal, told), f"{line}\n{told}"
        else:
            assert done.returncode == 0, f"{line}\n{told}"


def test_the_night_that_is_shown_can_be_set(folder: Path) -> None:
    (block,) = [text for language, text in BLOCKS if language == "toml"]
    (folder / "configs" / "studies" / "shown.toml").write_text(block, encoding="utf-8")
    night = load_settings("shown", folder / "configs").night
    assert night.schedule
    assert night.opening is not None


def test_the_pandas_block_reads_the_demos_dataset(demo_dataset_root: Path) -> None:
    (block,) = [text for language, text in BLOCKS if language == "python"]
    done = subprocess.run(
        [sys.executable, "-c", block], cwd=demo_dataset_root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "P06-P07" in done.stdout


def test_the_practice_on_the_demo_shows_takes_applies_and_takes_back_a_decision(demo_run: Run, tmp_path: Path) -> None:
    assert demo_run.exit_code == 0, demo_run.output
    (block,) = [text for language, text in BLOCKS if language == "sh" and "speakers demo P" in text]
    data = shutil.copytree(demo_run.data, tmp_path / "data")  # other tests look at the demo as it is
    told = [_type(line, data) for line in block.strip().splitlines()]
    shown, decided, run, forgotten = told
    assert shown.count("The machine's guess: ") == 3
    assert "To be decided: several participants speak" in shown
    codes = re.findall(r"guess: participant \((P0\d)\)", shown)
    swapped = re.search(r"S1 is interviewer, S2 is (P0\d), S3 is (P0\d)", decided)
    assert swapped is not None
    assert [swapped[1], swapped[2]] == codes[::-1], "what is typed is another thing than the guess"
    assert "P06-P07: attribute done" in run
    assert "v0002" in run
    first, second = (_speakers(data / "shareable" / "demo" / "dataset" / version) for version in ("v0001", "v0002"))
    assert (first["P06"], first["P07"], first["INT"]) == (second["P07"], second["P06"], second["INT"])
    assert "what was decided is forgotten" in forgotten


def _type(line: str, data: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", line],
        env=environment(data.parent) | {"COLLOQUY_CONFIGS": str(ROOT / "configs")},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return " ".join((done.stdout + done.stderr).split())


def _speakers(version: Path) -> dict[str, int]:
    """How many words each says in the group interview."""
    utterances = pd.read_parquet(version / "utterances.parquet")
    group = utterances[utterances["interview_id"] == "P06-P07"]
    return {
        str(name): int(count) for name, count in group.groupby("speaker", observed=True)["word_count"].sum().items()
    }


def test_every_link_and_picture_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", text)
    assert len(targets) >= 5
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_commands_of_the_readme_are_the_commands_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(
        re.findall(
            r"\bcolloquy ([\w-]+)", "\n".join(block for _, block in BLOCKS) + " ".join(re.findall(r"`(.*?)`", text))
        )
    )
    assert named <= set(COMMANDS)
