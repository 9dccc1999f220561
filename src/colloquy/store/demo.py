"""The shipped demo study: its sources and lists are copied to where a real study's would lie."""

from __future__ import annotations

from pathlib import Path

from colloquy.errors import StoreError
from colloquy.store.files import write_whole
from colloquy.store.folders import DataFolder
from colloquy.store.sightings import digest_of

DEMO = "demo"


def shipped_demo() -> Path:
    """`data/demo` of the checkout. Raises StoreError where Colloquy was installed without it."""
    folder = Path(__file__).resolve().parents[3] / "data" / DEMO
    if not folder.is_dir():
        raise StoreError("The demo study is not here: it comes with the repository, not with the installed package.")
    return folder


def lay_out_demo(data: DataFolder) -> None:
    """Fill the demo's inbox and its lists; lists that are there already may have been edited and are left alone.

    Raises StoreError, and writes nothing, when a source of an earlier release lies there: its results and this
    release's would mix.
    """
    shipped, study = shipped_demo(), data.study(DEMO)
    sources = {source: study.inbox / source.name for source in sorted((shipped / "inbox").iterdir())}
    if any(target.exists() and digest_of(target) != digest_of(source) for source, target in sources.items()):
        raise StoreError(
            "demo: the inbox holds files of another release of the demo. Move the folders inbox/demo, "
            "identifiable/demo and shareable/demo out of the data folder, then run `colloquy demo` again."
        )
    lists = {shipped / name: study.identifiable / name for name in ("participants.csv", "roster.csv")}
    for source, target in {**sources, **lists}.items():
        if not target.exists():
            write_whole(target, source.read_bytes())
