"""The shipped recordings against their truth; and, where the voices are installed, that they can be made again."""

from __future__ import annotations

import ctypes
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from colloquy.engines.av_decoder import decode
from colloquy.synthesis.interviews import SCRIPTS, mix, perform
from colloquy.synthesis.script import read_script

RECORDED = ("P01", "P02", "P03", "P04", "P05", "P06")


def truth(demo_folder: Path, name: str) -> dict[str, list[dict[str, object]]]:
    known: dict[str, list[dict[str, object]]] = json.loads((demo_folder / "truth" / f"{name}.json").read_text("utf-8"))
    return known


@pytest.mark.parametrize("name", RECORDED)
def test_each_script_has_its_recording_of_one_to_two_minutes_and_its_truth(demo_folder: Path, name: str) -> None:
    script, known = read_script(SCRIPTS / f"{name}.txt"), truth(demo_folder, name)
    said = [word for turn in script.turns for piece in turn.pieces for word in piece.words]
    assert sorted(str(word["text"]) for word in known["words"]) == sorted(said)
    assert len(known["turns"]) == len(script.turns)
    decoded = decode(demo_folder / "inbox" / script.recording)
    assert 60_000 <= decoded.audio.duration_ms <= 120_000
    assert abs(decoded.audio.duration_ms - int(str(known["duration_ms"]))) < 150


@pytest.mark.parametrize("name", RECORDED)
def test_where_a_word_is_there_is_sound(demo_folder: Path, name: str) -> None:
    script, known = read_script(SCRIPTS / f"{name}.txt"), truth(demo_folder, name)
    audio = decode(demo_folder / "inbox" / script.recording).audio
    quiet = np.quantile(np.abs(audio.mono()), 0.1)
    silent = [
        word
        for word in known["words"]
        if np.abs(audio.cut(int(str(word["start_ms"])), int(str(word["end_ms"]))).mono()).max() < 5 * quiet
    ]
    assert silent == []


def test_the_study_holds_what_it_is_meant_to_hold(demo_folder: Path) -> None:
    known = [truth(demo_folder, name) for name in RECORDED]
    categories = {str(i["category"]) for one in known for i in one["identifiers"]}
    assert {"person", "place", "organisation", "nhs_number", "phone", "email", "postcode"} <= categories
    overlaps = [
        a for one in known for a, b in pairwise(one["turns"]) if int(str(b["start_ms"])) < int(str(a["end_ms"]))
    ]
    assert len(overlaps) >= 5
    assert {len(one["speakers"]) for one in known} == {2, 3}
    shipped = sum(path.stat().st_size for path in (demo_folder / "inbox").iterdir())
    assert shipped < 8_000_000


def test_a_scene_can_be_made_again_from_its_script(demo_folder: Path) -> None:
    try:
        ctypes.CDLL("libflite.so.1")
    except OSError:
        pytest.skip("the flite voices are not installed; only those who rebuild the demo need them")
    script = read_script(SCRIPTS / "P05.txt")
    scene = perform(script)
    assert scene.words == truth(demo_folder, "P05")["words"]
    assert scene.identifiers == truth(demo_folder, "P05")["identifiers"]
    sound, rate_hz = mix(scene, script)
    shipped = decode(demo_folder / "inbox" / script.recording).audio.samples
    assert rate_hz == 16_000
    assert sound.shape == shipped.shape
    # The voices excite themselves with noise of their own, so samples differ a little each time.
    assert np.corrcoef(sound[0], shipped[0])[0, 1] > 0.95
