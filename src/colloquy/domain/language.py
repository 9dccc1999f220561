"""The languages that speech models of Whisper's kind know, and which of them were heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# What `study.language` says where the language is to be found from the sound.
AUTO = "auto"
# Where nothing is said that a language could be found from (ISO 639-2).
UNDETERMINED = "und"
# openai-whisper's own table (a test compares them): ISO 639-1 but for a few of its own, and the English names. It is
# written down here so that a mistake can be told before any library is loaded.
# fmt: off
LANGUAGES = {
    "en": "English", "zh": "Chinese", "de": "German", "es": "Spanish", "ru": "Russian", "ko": "Korean",
    "fr": "French", "ja": "Japanese", "pt": "Portuguese", "tr": "Turkish", "pl": "Polish", "ca": "Catalan",
    "nl": "Dutch", "ar": "Arabic", "sv": "Swedish", "it": "Italian", "id": "Indonesian", "hi": "Hindi",
    "fi": "Finnish", "vi": "Vietnamese", "he": "Hebrew", "uk": "Ukrainian", "el": "Greek", "ms": "Malay",
    "cs": "Czech", "ro": "Romanian", "da": "Danish", "hu": "Hungarian", "ta": "Tamil", "no": "Norwegian",
    "th": "Thai", "ur": "Urdu", "hr": "Croatian", "bg": "Bulgarian", "lt": "Lithuanian", "la": "Latin", "mi": "Maori",
    "ml": "Malayalam", "cy": "Welsh", "sk": "Slovak", "te": "Telugu", "fa": "Persian", "lv": "Latvian",
    "bn": "Bengali", "sr": "Serbian", "az": "Azerbaijani", "sl": "Slovenian", "kn": "Kannada", "et": "Estonian",
    "mk": "Macedonian", "br": "Breton", "eu": "Basque", "is": "Icelandic", "hy": "Armenian", "ne": "Nepali",
    "mn": "Mongolian", "bs": "Bosnian", "kk": "Kazakh", "sq": "Albanian", "sw": "Swahili", "gl": "Galician",
    "mr": "Marathi", "pa": "Punjabi", "si": "Sinhala", "km": "Khmer", "sn": "Shona", "yo": "Yoruba", "so": "Somali",
    "af": "Afrikaans", "oc": "Occitan", "ka": "Georgian", "be": "Belarusian", "tg": "Tajik", "sd": "Sindhi",
    "gu": "Gujarati", "am": "Amharic", "yi": "Yiddish", "lo": "Lao", "uz": "Uzbek", "fo": "Faroese",
    "ht": "Haitian Creole", "ps": "Pashto", "tk": "Turkmen", "nn": "Nynorsk", "mt": "Maltese", "sa": "Sanskrit",
    "lb": "Luxembourgish", "my": "Myanmar", "bo": "Tibetan", "tl": "Tagalog", "mg": "Malagasy", "as": "Assamese",
    "tt": "Tatar", "haw": "Hawaiian", "ln": "Lingala", "ha": "Hausa", "ba": "Bashkir", "jw": "Javanese",
    "su": "Sundanese", "yue": "Cantonese",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class DetectedLanguages:
    """What a model makes of each window: the probability of every language it knows, which together are 1.

    `fallbacks` as in a transcript.
    """

    probabilities: tuple[Mapping[str, float], ...]
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageShare:
    """How much of what was read is in a language, from 0 to 1, and the model's mean probability for it there."""

    language: str
    share: float
    probability: float


def language_name(code: str) -> str:
    """As people say it: "Welsh (cy)"."""
    if code == UNDETERMINED:
        return "an unknown language"
    return f"{LANGUAGES[code]} ({code})" if code in LANGUAGES else code


def shown_shares(shares: tuple[LanguageShare, ...]) -> str:
    """As in "English (en) 88%, Welsh (cy) 12%"; empty where nothing was found."""
    return ", ".join(f"{language_name(one.language)} {one.share:.0%}" for one in shares)
