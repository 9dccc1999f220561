from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from colloquy.domain.model import ModelPurpose
from colloquy.errors import ModelDamagedError, ModelMissingError, ModelRefusedError, StoreError
from colloquy.store import models as store
from colloquy.store.models import (
    add_model,
    find_demo_checkpoint,
    hash_model,
    installed_models,
    list_models,
    read_card,
    refuse_changed_model,
    refuse_demo_model,
    resolve_model,
    verify_model,
)

WORDS = ModelPurpose.TRANSCRIPTION
VOICES = ModelPurpose.DIARISATION


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store in a data folder without a demo."""
    monkeypatch.setattr(store, "DEMO_CHECKPOINT", Path("demo") / "model" / "here-only.pt")
    return tmp_path / "data" / "models"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    path = tmp_path / "stick" / "clinic.pt"
    path.parent.mkdir()
    path.write_bytes(b"weights" * 100)
    return path


def make_demo(models: Path) -> Path:
    path = models.parent / "demo" / "model" / "here-only.pt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"demo weights")
    card = {"name": "colloquy-demo-en", "is_demo": True, "sha256": hashlib.sha256(b"demo weights").hexdigest()}
    path.with_suffix(".json").write_text(json.dumps(card))
    return path


def make_pipeline(folder: Path) -> Path:
    (folder / "segmentation").mkdir(parents=True)
    (folder / "config.yaml").write_text("pipeline: {}\n")
    (folder / "segmentation" / "pytorch_model.bin").write_bytes(b"s")
    return folder


def test_a_missing_model_names_what_exists_how_big_it_is_and_the_command_that_fetches_one(models: Path) -> None:
    with pytest.raises(ModelMissingError) as caught:
        resolve_model("medium.en", models)
    message = str(caught.value)
    assert '"medium.en" is not on this machine' in message
    assert "tiny (76 MB)" in message
    assert "large-v3 (3.1 GB)" in message
    assert "colloquy models fetch medium.en" in message
    assert "Here: none" in message


def test_without_a_choice_the_fetch_command_names_a_model_fit_for_interviews(models: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"no model is chosen.*colloquy models fetch small\.en"):
        resolve_model("", models)


def test_a_missing_diarisation_model_lists_those_alone(models: Path) -> None:
    with pytest.raises(ModelMissingError, match="fetch pyannote-community-1") as caught:
        resolve_model("", models, VOICES)
    assert "small.en" not in str(caught.value)


def test_an_imported_model_is_found_by_name_with_the_digest_of_its_bytes(models: Path, stick: Path) -> None:
    add_model(stick, models, None, WORDS)
    found = resolve_model("clinic", models)
    assert found.path == models / "clinic.pt"
    assert found.sha256 == hashlib.sha256(stick.read_bytes()).hexdigest()
    assert not found.is_demo
    card = read_card(found.path)
    assert card is not None
    assert card.sha256 == found.sha256


def test_an_imported_model_takes_the_name_that_was_given(models: Path, stick: Path) -> None:
    assert add_model(stick, models, "our-model", WORDS).path == models / "our-model.pt"
    assert resolve_model("our-model", models).path.is_file()


def test_weights_that_the_catalogue_knows_get_their_published_name(
    models: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = store.find_card("tiny")
    monkeypatch.setattr(store, "recognise", lambda sha256: tiny)
    added = add_model(stick, models, None, WORDS)
    assert (added.name, added.path) == ("tiny", models / "tiny.pt")


def test_importing_the_same_model_twice_changes_nothing_and_another_under_its_name_is_refused(
    models: Path, stick: Path
) -> None:
    first = add_model(stick, models, None, WORDS)
    assert add_model(stick, models, None, WORDS) == first
    stick.write_bytes(b"other")
    with pytest.raises(StoreError, match="already called clinic"):
        add_model(stick, models, None, WORDS)
    assert hash_model(first.path) == first.sha256


@pytest.mark.parametrize("name", ["../up", "a b", "", ".hidden"])
def test_a_name_that_could_leave_the_store_is_refused(models: Path, stick: Path, name: str) -> None:
    if name:
        with pytest.raises(StoreError, match="no name for a model"):
            add_model(stick, models, name, WORDS)
    else:
        assert add_model(stick, models, name, WORDS).name == "clinic"


def test_a_failed_copy_leaves_nothing_behind(models: Path, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(source: Path, target: Path) -> None:
        target.write_bytes(b"half")

    monkeypatch.setattr(store, "copy_model", half)
    with pytest.raises(ModelDamagedError, match="differs from its source"):
        add_model(stick, models, None, WORDS)
    assert list(models.iterdir()) == []


def test_a_folder_is_hashed_over_names_and_contents_but_not_over_hidden_caches(models: Path, tmp_path: Path) -> None:
    source = make_pipeline(tmp_path / "stick" / "pipeline")
    (source / ".cache").mkdir()
    (source / ".cache" / "x").write_text("x")
    added = add_model(source, models, None, VOICES)
    assert not (added.path / ".cache").exists()
    assert resolve_model("pipeline", models, VOICES).sha256 == added.sha256 == hash_model(source)
    (added.path / "segmentation" / "pytorch_model.bin").rename(added.path / "segmentation" / "other.bin")
    assert hash_model(added.path) != added.sha256


def test_a_path_outside_the_store_needs_no_card_and_a_strange_json_beside_it_does_not_matter(
    models: Path, stick: Path
) -> None:
    stick.with_suffix(".json").write_text("[1]")
    found = resolve_model(str(stick), models)
    assert (found.name, found.sha256) == ("clinic", hash_model(stick))


def test_a_model_whose_size_changed_is_not_used(models: Path, stick: Path) -> None:
    path = add_model(stick, models, None, WORDS).path
    path.write_bytes(b"short")
    with pytest.raises(ModelDamagedError, match="its card says 700"):
        resolve_model("clinic", models)


def test_verify_finds_a_changed_byte_and_passes_an_intact_model(models: Path, stick: Path) -> None:
    path = add_model(stick, models, None, WORDS).path
    assert verify_model(path).is_intact
    path.write_bytes(b"Weights" + path.read_bytes()[7:])
    assert not verify_model(path).is_intact


def test_verify_compares_a_card_less_model_with_the_published_digest(models: Path) -> None:
    models.mkdir(parents=True)
    (models / "tiny.pt").write_bytes(b"not tiny at all")
    assert not verify_model(models / "tiny.pt").is_intact


def test_the_list_says_which_models_are_here(models: Path, stick: Path) -> None:
    add_model(stick, models, None, WORDS)
    make_demo(models)
    here = {model.card.name: model.card.is_demo for model in installed_models(models)}
    assert here == {"clinic": False, "demo-en": True}
    assert len(list_models(models)) > len(here)


def test_the_demo_checkpoint_is_known_by_name_and_by_digest_wherever_it_was_copied(
    models: Path, tmp_path: Path
) -> None:
    demo = make_demo(models)
    copied = tmp_path / "renamed.pt"
    copied.write_bytes(demo.read_bytes())
    assert find_demo_checkpoint(models) == demo
    assert resolve_model("demo-en", models).is_demo
    assert resolve_model(str(copied), models).is_demo
    assert add_model(copied, models, "innocent", WORDS).is_demo
    assert resolve_model("innocent", models).is_demo


def test_the_demo_checkpoint_is_refused_for_real_studies_alone(models: Path, stick: Path) -> None:
    make_demo(models)
    demo = resolve_model("demo-en", models)
    refuse_demo_model(demo, is_demo_study=True)
    refuse_demo_model(resolve_model(str(stick), models), is_demo_study=False)
    with pytest.raises(ModelRefusedError, match="demo checkpoint"):
        refuse_demo_model(demo, is_demo_study=False)


def make_ctranslate2(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(b"w" * 50)
    (folder / "config.json").write_text("{}")
    return folder


def test_a_folder_of_ctranslate2_is_a_model_to_write_down_speech_with(models: Path, tmp_path: Path) -> None:
    source = make_ctranslate2(tmp_path / "stick" / "our.small")
    added = add_model(source, models, None, WORDS)
    (listed,) = installed_models(models)
    assert (listed.card.name, listed.card.purpose, listed.path) == ("our.small", WORDS, models / "our.small")
    assert resolve_model("our.small", models).sha256 == added.sha256
    assert resolve_model(str(source), models).sha256 == added.sha256
    assert verify_model(added.path).is_intact


def test_a_published_folder_is_trusted_as_it_first_came_and_refused_once_it_differs(
    models: Path, tmp_path: Path
) -> None:
    added = add_model(make_ctranslate2(tmp_path / "faster-whisper-base"), models, None, WORDS)
    (added.path / "model.bin").write_bytes(b"x" * 50)
    assert not verify_model(added.path).is_intact
    found = resolve_model("faster-whisper-base", models)
    refuse_changed_model(found, added.sha256)
    with pytest.raises(ModelDamagedError, match="not what was fetched or imported"):
        refuse_changed_model(found, hash_model(added.path))


def test_a_damaged_card_is_named_and_the_model_not_used(models: Path, stick: Path) -> None:
    path = add_model(stick, models, None, WORDS).path
    path.with_suffix(".json").write_text("{")
    with pytest.raises(ModelDamagedError, match=r"clinic\.json"):
        resolve_model("clinic", models)


def test_a_published_name_is_for_the_published_weights_alone(models: Path, stick: Path) -> None:
    with pytest.raises(StoreError, match=r"not the published base\.en"):
        add_model(stick, models, "base.en", ModelPurpose.TRANSCRIPTION)
    assert not models.exists() or list(models.iterdir()) == []


def test_a_misspelt_model_is_asked_about(models: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"Did you mean small\.en\?"):
        resolve_model("smal.en", models)


@pytest.mark.parametrize("has_card", [True, False])
def test_a_file_called_as_a_published_model_that_is_not_it_is_refused(
    models: Path, tmp_path: Path, has_card: bool
) -> None:
    models.mkdir(parents=True)
    path = models / "small.en.pt"
    path.write_bytes(b"something else")
    if has_card:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_name("small.en.json").write_text(json.dumps({"name": "small.en", "sha256": sha256}))
    with pytest.raises(ModelDamagedError, match=r"small\.en\.pt is called as .* its SHA-256 differs"):
        resolve_model("small.en", models)
    with pytest.raises(ModelDamagedError, match="another name"):
        resolve_model(str(path), models)
    elsewhere = tmp_path / "small.en.pt"
    elsewhere.write_bytes(b"something else")
    assert resolve_model(str(elsewhere), models).sha256 == hash_model(elsewhere)


def test_a_model_is_hashed_again_only_where_it_has_changed(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    digest = hashlib.file_digest

    def counted(file: Any, kind: str) -> Any:
        hashed.append(file.name)
        return digest(file, kind)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    first = hash_model(stick)
    assert hash_model(stick) == first
    assert len(hashed) == 1
    stick.write_bytes(b"WEIGHTS" * 100)
    assert hash_model(stick) == hashlib.sha256(b"WEIGHTS" * 100).hexdigest() != first
