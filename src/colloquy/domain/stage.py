"""The stages in the order in which an interview passes them."""

from __future__ import annotations

from colloquy.domain.interview import SourceKind

RECORDING_STAGES = ("prepare", "transcribe", "diarise", "attribute", "redact", "check")
TEXT_STAGES = ("read_document", "redact", "check")


def words_stage(kind: SourceKind) -> str:
    """The stage that gives utterances with their speakers."""
    return "attribute" if kind is SourceKind.RECORDING else "read_document"


def stages_of(kind: SourceKind) -> tuple[str, ...]:
    return RECORDING_STAGES if kind is SourceKind.RECORDING else TEXT_STAGES
