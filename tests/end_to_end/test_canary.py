"""Names that nobody bears, planted wherever a name may stand, and sought wherever none may be."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from docx import Document

from tests.service import Up, free_port, start, wait_until
from tests.terminal import Terminal, open_terminal

# Made up, one with letters beyond ASCII; what is searched for are their rarest parts.
IN_SPEECH, IN_NAME, IN_FOLDER, IN_ROSTER, IN_BROKEN = "Zwylothrix", "Qorvanthé", "Vexbridge", "Plondrake", "Wurmzeltra"
IN_VOCABULARY = "Brymholdt"
CANARIES = (IN_SPEECH, IN_NAME, IN_FOLDER, IN_ROSTER, IN_BROKEN, IN_VOCABULARY)
TEXT = (
    f"My name is Anna {IN_SPEECH} and I work with {IN_ROSTER} in Leeds. Ask {IN_SPEECH} about it; I learned a lot that "
    "year, and it was a good year for me."
)
# A library's message that quotes what it was given, raised within a stage's own process.
BROKEN_LIBRARY = """
import sys
if "spawn_main" in " ".join(sys.argv) or any("multiprocessing" in word for word in sys.orig_argv):
    import unicodedata
    _normalize = unicodedata.normalize
    def normalize(form, text):
        if "{canary}" in text:
            raise ValueError("cannot work on " + text)
        return _normalize(form, text)
    unicodedata.normalize = normalize
"""


def spellings(name: str) -> tuple[bytes, ...]:
    """As bytes in the encodings that may be met, and as JSON and URLs escape them."""
    escaped = name.encode("ascii", "backslashreplace")
    return tuple({name.encode(), name.lower().encode(), name.upper().encode(), name.encode("utf-16-le"), escaped})


def hits(content: bytes) -> list[str]:
    return [name for name in CANARIES if any(spelling in content for spelling in spellings(name))]


def unpacked(path: Path) -> bytes:
    """The content, and what lies compressed within it."""
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content += b"".join(archive.read(name) + name.encode() for name in archive.namelist())
    if path.suffix == ".parquet":
        content += str(pq.read_table(path).to_pydict()).encode()
    return content


def found_under(folder: Path) -> dict[str, list[str]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, f"nothing to search in {folder.name}"
    searched = {path.name: hits(unpacked(path)) + hits(str(path.relative_to(folder)).encode()) for path in files}
    return {name: found for name, found in searched.items() if found}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Up:
    """A study run by hand and by a night, in which a document is broken and a library fails with what it was given."""
    folder = tmp_path_factory.mktemp("canary")
    configs = folder / "configs"
    terminal = open_terminal(folder, COLLOQUY_CONFIGS=str(configs))
    (terminal.guard / "sitecustomize.py").open("a", encoding="utf-8").write(BROKEN_LIBRARY.format(canary=IN_BROKEN))
    plant(terminal, configs)
    port, view_port = free_port(), free_port()
    (configs / "machine.local.toml").write_text(f"[server]\nport = {port}\nview_port = {view_port}\n", encoding="utf-8")
    return start(terminal, folder / "up.txt", port, view_port, [])


def plant(terminal: Terminal, configs: Path) -> None:
    import shutil

    from colloquy.settings import configs_folder

    shutil.copytree(configs_folder(), configs)
    own = f'[inbox]\nsettle_s = 0\n\n[transcription]\nvocabulary = ["{IN_VOCABULARY} Trust", "PWP"]\n'
    (configs / "studies" / "hubs.toml").write_text(own, encoding="utf-8")
    inbox = terminal.data / "inbox" / "hubs" / IN_FOLDER
    inbox.mkdir(parents=True)
    (inbox / f"P01 {IN_NAME}.txt").write_text(TEXT, encoding="utf-8")
    document = Document()
    document.add_paragraph(TEXT)
    document.core_properties.author = IN_NAME
    document.save(str(inbox / f"P02 {IN_NAME}.docx"))
    (inbox / f"P03 {IN_NAME}.docx").write_bytes(b"PK\x03\x04" + IN_BROKEN.encode())
    (inbox / f"P04 {IN_NAME}.txt").write_text(f"I am {IN_BROKEN}. It was a good year.", encoding="utf-8")
    (inbox / f"{IN_NAME} holiday.jpg").write_bytes(IN_NAME.encode())
    lists = terminal.data / "identifiable" / "hubs"
    lists.mkdir(parents=True, mode=0o700)
    (lists / "participants.csv").write_text(
        "participant_id,name\n" + "".join(f"P0{n},{IN_ROSTER}\n" for n in range(1, 5)), encoding="utf-8"
    )
    (lists / "roster.csv").write_text(f"category,name\nperson,{IN_SPEECH}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def ran(up: Up) -> tuple[Up, str, list[bytes]]:
    """With what was said on the terminals, and every process's words and variables while it ran."""
    wait_until(lambda: up.status_of("/api/deployments/name/study/hubs") == 200, 60)
    processes = [b"\0".join(part.encode() for part in words(process)) for process in family(up)]
    night = up.press_run("hubs", is_night=True)
    assert night["state"]["name"] == "NeedsAttention", night["state"]
    (up.data.study("hubs").identifiable / "redact" / "P01.json").write_text(f'{{"{IN_SPEECH}": 1', encoding="utf-8")
    by_hand = up.terminal.run("run", "hubs")
    screen = by_hand.output + up.terminal.run("status", "hubs").output
    screen += up.terminal.run("status", "--json").output + up.log.read_text()
    assert "Stopped." in up.terminal.run("down", timeout_s=90).output
    return up, screen, processes


def family(up: Up) -> list[psutil.Process]:
    parent = psutil.Process(up.process.pid)
    return [parent, *parent.children(recursive=True)]


def words(process: psutil.Process) -> list[str]:
    try:
        return [*process.cmdline(), *(f"{name}={value}" for name, value in process.environ().items())]
    except psutil.Error:
        return []


def test_the_search_finds_what_is_there(ran: tuple[Up, str, list[bytes]]) -> None:
    up, _, _ = ran
    found = found_under(up.terminal.data / "identifiable") | found_under(up.terminal.data / "inbox")
    assert {name for names in found.values() for name in names} == set(CANARIES) - {IN_VOCABULARY}
    logs = [name for name in found if name.startswith("20")]
    assert logs, "the library's message was not even raised"


def test_no_planted_name_is_in_what_prefect_keeps(ran: tuple[Up, str, list[bytes]]) -> None:
    up, _, _ = ran
    assert found_under(up.terminal.data / "prefect") == {}
    with sqlite3.connect(up.terminal.data / "prefect" / "prefect.db") as database:
        tables = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        rows = {table: database.execute(f'select * from "{table}"').fetchall() for table in tables}
    assert len(rows["flow_run"]) >= 5
    assert {table: hits(str(content).encode()) for table, content in rows.items() if hits(str(content).encode())} == {}


def test_no_planted_name_is_in_what_may_be_shared(ran: tuple[Up, str, list[bytes]]) -> None:
    up, _, _ = ran
    assert found_under(up.terminal.data / "shareable") == {}


def test_no_planted_name_is_on_a_terminal_or_in_a_process(ran: tuple[Up, str, list[bytes]]) -> None:
    _, screen, processes = ran
    # The list of files is named by its path, which holds the study's id and no file's name.
    assert hits(screen.encode()) == []
    assert len(processes) >= 3
    assert [found for content in processes if (found := hits(content))] == []


def test_the_failures_are_told_without_them_and_nothing_left_this_machine(ran: tuple[Up, str, list[bytes]]) -> None:
    up, screen, _ = ran
    assert "P03: " in screen
    assert "P04: " in screen
    assert "private log" in screen
    assert up.terminal.run("status").egress == ""
    assert (up.terminal.data / "prefect").stat().st_mode & 0o077 == 0
