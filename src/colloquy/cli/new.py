"""`colloquy new`: begin a study."""

from __future__ import annotations

from typing import Annotated

import psutil
import typer

from colloquy.cli.screen import print_result
from colloquy.domain.model import ModelPurpose
from colloquy.settings import configs_folder, load_settings
from colloquy.store.folders import find_data_folder


def new(
    study: Annotated[str, typer.Argument(help="Its id: lower-case letters, digits and hyphens.")],
    title: Annotated[str, typer.Option(help="Shown in reports; else the id.")] = "",
    speakers: Annotated[
        int | None, typer.Option(min=1, max=20, help="Voices in each interview, interviewers included.")
    ] = None,
    interviewer_label: Annotated[
        str, typer.Option(help="What the interviewer is called in every output; else INT.", show_default=False)
    ] = "",
) -> None:
    """Begin a study: its settings file, its drop folder, its lists of names. Never overwrites anything."""
    from colloquy.domain.model import choose_model, suggest_model
    from colloquy.store.models import installed_models
    from colloquy.store.new_study import NewStudy, create_study

    data = find_data_folder()
    purpose = ModelPurpose.TRANSCRIPTION
    here = [m.card for m in installed_models(data.models) if m.card.purpose is purpose and not m.card.is_demo]
    gpu_memory_mb = _gpu_memory_mb()
    memory_mb = psutil.virtual_memory().total >> 20
    model = choose_model(here, gpu_memory_mb).name if here else suggest_model(gpu_memory_mb, memory_mb)
    label = interviewer_label or load_settings().attribution.interviewer_label
    files = create_study(NewStudy(study, title or study, model, speakers, label), data.study(study), configs_folder())
    load_settings(study)
    steps = [] if here else [f"Fetch a model, once: colloquy models fetch {model}"]
    steps += [
        f"Look at the settings: {files.settings}",
        f"Write down who and what must not appear: {files.participants} and {files.roster}",
        f"Put recordings into {files.inbox}",
        f"colloquy run {study}",
    ]
    graphics = f"a GPU with {gpu_memory_mb / 1024:.0f} GB" if gpu_memory_mb else "no GPU that computes"
    print_result(f"{study} is ready; its speech model is {model}, since this machine has {graphics}. Next:")
    for number, step in enumerate(steps, start=1):
        print_result(f"  {number}. {step}")


def _gpu_memory_mb() -> int:
    """0 where no GPU computes; PyTorch is loaded only where a driver is."""
    from colloquy.engines.devices import has_gpu_driver, probe_gpu

    if not has_gpu_driver():
        return 0
    report = probe_gpu()
    return report.memory_mb if report.has_gpu else 0
