from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

from colloquy.domain.model import CATALOGUE, ModelPurpose, find_card, recognise


def test_whisper_digests_are_those_of_the_installed_library() -> None:
    spec = find_spec("whisper")
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text())  # read, not imported: that takes seconds
    table = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_MODELS"
    )
    files = [card for card in CATALOGUE if not card.name.startswith("faster-whisper-")]
    ours = {card.name: card.sha256 for card in files if card.purpose is ModelPurpose.TRANSCRIPTION}
    assert ours == {name: table[name].split("/")[-2] for name in ours}


def test_names_are_unique_and_every_card_has_a_licence_and_a_size() -> None:
    assert len({card.name for card in CATALOGUE}) == len(CATALOGUE)
    assert all(card.licence and card.size_mb > 0 and card.description for card in CATALOGUE)


def test_a_model_is_recognised_by_its_digest_and_an_empty_digest_by_nothing() -> None:
    tiny = find_card("tiny")
    assert tiny is not None
    assert recognise(tiny.sha256) is tiny
    assert recognise("") is None
