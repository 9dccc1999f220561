"""`colloquy export`: the published dataset in another format."""

from __future__ import annotations

from typing import Annotated

import typer

from colloquy.cli.screen import print_result
from colloquy.cli.studies import find_study
from colloquy.domain.verbatim import VerbatimLevel
from colloquy.settings import load_settings


def export(
    study: Annotated[str, typer.Argument(help="Its id.")],
    to: Annotated[list[str], typer.Option(metavar="FORMAT", help="docx, csv or txt; may be given several times.")],
    version: Annotated[str | None, typer.Option(help="A dataset version, like v0002; else the newest.")] = None,
    verbatim: Annotated[
        VerbatimLevel | None,
        typer.Option(help="full: with fillers and pauses; intelligent: readable. Else the study's setting."),
    ] = None,
) -> None:
    """Write the published dataset in another format, for coding software or a spreadsheet."""
    from colloquy.exports.registry import WITH_LEVEL, make_exporter
    from colloquy.store.dataset import latest_version, load_dataset
    from colloquy.store.exports import save_exports

    exporters = {name: make_exporter(name) for name in to}
    folder = find_study(study)
    tables = load_dataset(folder, version)
    chosen = version or latest_version(folder) or ""
    settings = load_settings(study)
    own = settings.publish.verbatim
    level = verbatim or own
    for name, exporter in exporters.items():
        place = name if level is own or name not in WITH_LEVEL else f"{name}-{level.value}"
        files = exporter(tables, settings.study.title or study, chosen, level)
        print_result(str(save_exports(folder, chosen, place, files)))
