"""The shipped demo study: its sources and lists are copied to where a real study's would lie."""

from __future__ import annotations

from pathlib import Path

from colloquy.errors import StoreError
from colloquy.store.files import write_whole
from colloquy.store.folders import DataFolder

DEMO = "demo"


def shipped_demo() -> Path:
    """`data/demo` of the checkout. Raises StoreError where Colloquy was installed without it."""
    folder = Path(__file__).resolve().parents[3] / "data" / DEMO
    if not folder.is_dir():
        raise StoreError("The demo study is not here: it comes with the repository, not with the installed package.")
    return folder


def lay_out_demo(data: DataFolder) -> None:
    """Fill the demo's inbox and its lists; what is there already is left alone."""
    shipped, study = shipped_demo(), data.study(DEMO)
    for source in sorted((shipped / "inbox").iterdir()):
        _copy(source, study.inbox / source.name)
    for name in ("participants.csv", "roster.csv"):
        _copy(shipped / name, study.identifiable / name)


def _copy(source: Path, target: Path) -> None:
    if not target.exists():
        write_whole(target, source.read_bytes())
