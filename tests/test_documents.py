"""The documents: what they link to is there, and every picture is shown somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
LARGEST_PICTURE = 200_000


def targets(document: Path) -> list[str]:
    return re.findall(r"\]\(([^)#: ]+)\)", document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_whatever_a_document_links_to_is_there(document: Path) -> None:
    assert [target for target in targets(document) if not (document.parent / target).exists()] == []


def test_every_picture_is_shown_and_small() -> None:
    shown = {(document.parent / target).resolve() for document in DOCUMENTS for target in targets(document)}
    pictures = set((ROOT / "docs" / "images").iterdir())
    assert pictures <= shown
    assert all(picture.stat().st_size < LARGEST_PICTURE for picture in pictures)


def test_every_state_that_a_run_can_end_in_is_explained() -> None:
    text = (ROOT / "docs" / "for-principal-investigators.md").read_text(encoding="utf-8")
    code = "".join((ROOT / "flows" / name).read_text(encoding="utf-8") for name in ("study.py", "interview.py"))
    names = set(re.findall(r'name="([A-Z]\w+)"', code)) | {"NeedsAttention"}
    assert len(names) >= 5
    assert {name for name in names if name not in text} == set()
