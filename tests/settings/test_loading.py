from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colloquy.errors import SettingsError
from colloquy.settings import configs_folder, load_settings
from colloquy.settings.redaction_language import read_language


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(configs_folder(), tmp_path / "configs"))


def write_study(configs: Path, text: str) -> None:
    (configs / "studies" / "pilot.toml").write_text(text, encoding="utf-8")


def test_a_study_changes_what_it_names_and_keeps_the_rest(configs: Path) -> None:
    write_study(configs, "[diarisation]\nmost_speakers = 3\n")
    default, own = load_settings(None, configs), load_settings("pilot", configs)
    assert own.diarisation.most_speakers == 3 != default.diarisation.most_speakers
    assert own.diarisation.engine == default.diarisation.engine
    assert own.transcription == default.transcription


def test_a_study_without_a_file_has_the_defaults(configs: Path) -> None:
    assert load_settings("unheard-of", configs) == load_settings(None, configs)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[transcription]\nengin = 'x'\n",
            r'pilot.toml: transcription.engin is not a setting; .*Did you mean "engine"',
        ),
        ("[transcribtion]\nengine = 'x'\n", r'transcribtion is not a setting; .*Did you mean "transcription"'),
        ("[transcription]\nbatch_size = 0\n", r"transcription.batch_size is 0; expected"),
        ("[transcription]\ndevice = 'gpu'\n", r'transcription.device is "gpu"; expected: "auto", "cpu" or "cuda"\.$'),
        ("[transcription\n", r"not valid TOML"),
        (
            "[diarisation]\nfewest_speakers = 5\nmost_speakers = 2\n",
            r"most_speakers is 2; expected: .*not below fewest",
        ),
        ("[study]\ninterview_pattern = '(P'\n", r'study.interview_pattern is "\(P"; expected: .*regular expression'),
        ("[night]\norder = 'longest'\n", r'night.order is "longest"; expected: "oldest" or "shortest"\.$'),
        ("[night]\nassumed_speed_ratio = 0\n", r"night.assumed_speed_ratio is 0; expected: a number above 0\.$"),
        ("[transcription]\nvocabulary = ['PWP', 'pwp']\n", r"vocabulary is not usable; expected: terms of which none"),
        ("[transcription]\nvocabulary = ['<|en|>']\n", r"vocabulary is not usable; expected: terms of which none"),
        ("[study]\ninterview_pattern = 'P'\n", r'interview_pattern is "P"; expected: .*group \(\?P<participants>'),
    ],
    ids=[
        "unknown key",
        "unknown section",
        "out of range",
        "not a choice",
        "not TOML",
        "bounds crossed",
        "not a pattern",
        "not an order",
        "no speed",
        "a term twice",
        "no term",
        "no group",
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_likely_spelling(configs: Path, text: str, sentence: str) -> None:
    write_study(configs, text)
    with pytest.raises(SettingsError, match=sentence):
        load_settings("pilot", configs)


MISTAKES = [
    (
        "wrong type",
        '[transcription]\nbatch_size = "eight"',
        'transcription.batch_size is "eight"; expected: a whole number, 1 or more.',
    ),
    (
        "half a thing",
        "[transcription]\nbatch_size = 8.5",
        "transcription.batch_size is 8.5; expected: a whole number, 1 or more.",
    ),
    (
        "true for a number",
        "[transcription]\nbatch_size = true",
        "batch_size is true; expected: a whole number, 1 or more.",
    ),
    ("number for true", "[study]\nis_demo = 1", "study.is_demo is 1; expected: true or false."),
    ("number for text", "[night]\nwindow = 22", "night.window is 22; expected: text in quotation marks."),
    ("date", "[inbox]\nsettle_s = 2026-01-01", "inbox.settle_s is 2026-01-01; expected: a number, 0 or more."),
    ("out of range", "[transcription]\nlongest_window_s = 40", "is 40; expected: a number above 1 and at most 30."),
    ("not a share", "[redaction]\nlowest_score = 3", "redaction.lowest_score is 3; expected: a number from 0 to 1."),
    ("on the edge", "[prepare]\nspeech_threshold = 1", "is 1; expected: a number above 0 and below 1."),
    ("too loud", "[prepare]\nquiet_below_dbfs = 3", "is 3; expected: a number, 0 or less."),
    ("negative", "[inbox]\nsettle_s = -3", "inbox.settle_s is -3; expected: a number, 0 or more."),
    ("no end", "[night]\nassumed_speed_ratio = inf", "is inf; expected: a number above 0."),
    ("misspelt choice", '[attribution]\nundecided_roles = "publsh"', '"wait" or "publish". Did you mean "publish"?'),
    (
        "empty text",
        '[attribution]\ninterviewer_label = ""',
        'interviewer_label is ""; expected: text that is not empty.',
    ),
    ("empty list", "[redaction]\ndetectors = []", "detectors is []; expected: a list with at least 1 entry."),
    (
        "list instead of one",
        '[transcription]\ndevice = ["cpu"]',
        'device is ["cpu"]; expected: "auto", "cpu" or "cuda".',
    ),
    ("one instead of a list", '[publish]\nexports = "docx"', 'exports is "docx"; expected: a list in square brackets.'),
    ("one of a list", '[redaction]\ndetectors = ["names", 5]', "redaction.detectors, entry 2, is 5; expected: text in"),
    (
        "section as a value",
        "transcription = 3",
        "transcription is 3; expected: a section: [transcription] on a line of its own",
    ),
    ("outside its section", 'language = "cy"', "language is not a setting; known: attribution,"),
    ("its section is told", 'language = "cy"', "Does it belong below [study]?"),
    ("bad window", '[night]\nwindow = "22-06"', 'night.window is "22-06"; expected: two times such as "22:00-06:30"'),
    ("bad schedule", '[night]\nschedule = "30 22 * *"', 'night.schedule is "30 22 * *"; expected: five fields'),
    (
        "open quotation",
        '[night]\nwindow = "22:00',
        "is not valid TOML, the format of settings: a quotation mark is not closed.",
    ),
    (
        "no quotation",
        "[study]\nlanguage = en",
        "line 2 is not valid TOML, the format of settings: what stands after the `=` is no number,",
    ),
    (
        "time without quotation",
        "[night]\nwindow = 22:00",
        "line 2 is not valid TOML, the format of settings: more stands behind the value than",
    ),
    (
        "name twice",
        '[night]\norder = "oldest"\norder = "oldest"\n\n',
        "line 3 is not valid TOML, the format of settings: a name stands there twice.",
    ),
    (
        "section twice",
        "[night]\n[night]",
        "line 2 is not valid TOML, the format of settings: a section stands there twice.",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_every_mistake_is_told_in_plain_words_with_what_is_allowed(configs: Path, text: str, sentence: str) -> None:
    write_study(configs, text)
    with pytest.raises(SettingsError) as caught:
        load_settings("pilot", configs)
    told = str(caught.value)
    assert sentence in told
    assert "studies/pilot.toml: " in told
    assert "Input should" not in told


def test_what_an_editor_puts_before_the_text_is_no_mistake_and_another_encoding_is_said(configs: Path) -> None:
    path = configs / "studies" / "pilot.toml"
    path.write_bytes('[study]\ntitle = "Gwên"\n'.encode("utf-8-sig"))
    assert load_settings("pilot", configs).study.title == "Gwên"
    path.write_bytes('[study]\ntitle = "Gwên"\n'.encode("utf-16"))
    with pytest.raises(SettingsError, match=r"pilot\.toml: the file is no text in UTF-8\. Open it"):
        load_settings("pilot", configs)


def test_a_mistake_found_later_names_the_file_too(configs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLOQUY_CONFIGS", str(configs))
    write_study(configs, '[redaction]\nlanguage_file = "en_GB"')
    sentence = (
        r'configs/studies/pilot\.toml: redaction\.language_file is "en_GB"; .* holds en-GB\. Did you mean "en-GB"\?'
    )
    with pytest.raises(SettingsError, match=sentence):
        read_language(load_settings("pilot"))
    assert load_settings("unheard-of").file == "configs/colloquy.toml"


@pytest.mark.parametrize("written", ['"zebediah"', '["zebediah", 7]', '["zebediah", "zebediah"]', '{ "zebediah" = 1 }'])
def test_a_mistake_in_the_vocabulary_quotes_none_of_it(configs: Path, written: str) -> None:
    write_study(configs, f"[transcription]\nvocabulary = {written}\n")
    with pytest.raises(SettingsError, match=r"transcription.vocabulary.* is not usable") as caught:
        load_settings("pilot", configs)
    assert "zebediah" not in str(caught.value)


def test_a_vocabulary_is_tidied_and_not_shown(configs: Path) -> None:
    write_study(configs, '[transcription]\nvocabulary = [" zebediah  trust "]\n')
    settings = load_settings("pilot", configs)
    assert settings.transcription.vocabulary == ("zebediah trust",)
    assert "zebediah" not in repr(settings)


def test_a_missing_default_is_named(configs: Path) -> None:
    path = configs / "colloquy.toml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("batch_size")]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"transcription\.batch_size is missing"):
        load_settings(None, configs)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().study.title = "other"  # type: ignore[misc]
