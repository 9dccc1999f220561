"""In which language each window is read, where the study leaves that to the sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from colloquy.domain.audio import AudioSamples, Region, shared_ms
from colloquy.domain.language import AUTO, UNDETERMINED, LanguageShare
from colloquy.protocols import Transcriber

# A window read in the wrong language is lost, so that one leaves the recording's main language only for what is plain:
# a model this certain of so much speech in the window, and so much of the other language in the whole recording.
CERTAIN_PROBABILITY = 0.9
LEAST_WINDOW_SPEECH_MS = 10_000
LEAST_SPEECH_MS = 20_000
# What may have been said in another language is told sooner than it is written down in it, since no rules of another
# language redact it: windows where it is the likeliest, with so much speech or such a share of it, or such a share of
# all that the model took it for.
HEARD_SPEECH_MS = 20_000
HEARD_SHARE = 0.05
HEARD_PROBABILITY = 0.10


@dataclass(frozen=True, slots=True)
class FoundLanguages:
    """The language of each of `windows`, and the share of each, most spoken first; empty where the study set it.

    `also_heard` are further languages that some of it may be in, though all was read in those of `shares`.
    `main` is UNDETERMINED where there was nothing to hear. `fallbacks` as in a transcript.
    """

    main: str
    windows: tuple[Region, ...] = ()
    languages: tuple[str, ...] = ()
    shares: tuple[LanguageShare, ...] = ()
    also_heard: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()

    def of(self, pieces: tuple[Region, ...]) -> tuple[str, ...]:
        """The language of each piece, which is a part of one of the windows; empty where the study set it."""
        if not self.languages:
            return ()
        return tuple(self._of(piece) for piece in pieces)

    def _of(self, piece: Region) -> str:
        inside = (shared_ms((window,), (piece,)) for window in self.windows)
        return max(zip(inside, self.languages, strict=True), key=lambda one: one[0])[1]


def find_languages(
    transcriber: Transcriber, audio: AudioSamples, windows: tuple[Region, ...], speech: tuple[Region, ...]
) -> FoundLanguages:
    """With a language that is set nothing is asked and nothing guessed."""
    if transcriber.language != AUTO:
        return FoundLanguages(transcriber.language)
    detected = transcriber.detect_languages(audio, windows)
    weights = [shared_ms((window,), speech) for window in windows]
    if not any(weights):
        weights = [window.duration_ms for window in windows]
    main, languages = choose_languages(detected.probabilities, weights)
    shares = _shares(detected.probabilities, weights, languages)
    heard = tuple(one for one in heard_languages(detected.probabilities, weights) if one not in languages)
    return FoundLanguages(main, windows, languages, shares, heard, detected.fallbacks)


def choose_languages(
    probabilities: Sequence[Mapping[str, float]], speech_ms: Sequence[int]
) -> tuple[str, tuple[str, ...]]:
    """The recording's language and each window's, by how much speech each window holds.

    The recording's has the highest mean probability over all windows, weighted by their speech.
    """
    total: dict[str, float] = {}
    for of_window, weight in zip(probabilities, speech_ms, strict=True):
        for language, probability in of_window.items():
            total[language] = total.get(language, 0.0) + weight * probability
    if not total:
        return UNDETERMINED, ()
    main = max(total, key=total.__getitem__)
    likeliest = [max(of_window, key=of_window.__getitem__) for of_window in probabilities]
    plain = [
        weight >= LEAST_WINDOW_SPEECH_MS and of_window[language] >= CERTAIN_PROBABILITY
        for of_window, weight, language in zip(probabilities, speech_ms, likeliest, strict=True)
    ]
    plainly_ms: dict[str, int] = {}
    for language, weight, is_plain in zip(likeliest, speech_ms, plain, strict=True):
        plainly_ms[language] = plainly_ms.get(language, 0) + weight * is_plain
    return main, tuple(
        language if is_plain and plainly_ms[language] >= LEAST_SPEECH_MS else main
        for language, is_plain in zip(likeliest, plain, strict=True)
    )


def heard_languages(probabilities: Sequence[Mapping[str, float]], speech_ms: Sequence[int]) -> tuple[str, ...]:
    """Every language that some of the recording may be in, also where no window is plainly in it."""
    whole_ms = sum(speech_ms)
    likeliest: dict[str, int] = {}
    taken_for: dict[str, float] = {}
    for of_window, weight in zip(probabilities, speech_ms, strict=True):
        best = max(of_window, key=of_window.__getitem__)
        likeliest[best] = likeliest.get(best, 0) + weight
        for language, probability in of_window.items():
            taken_for[language] = taken_for.get(language, 0.0) + weight * probability
    least_ms = min(HEARD_SPEECH_MS, HEARD_SHARE * whole_ms)
    return tuple(
        language
        for language, total in taken_for.items()
        if likeliest.get(language, 0) >= max(least_ms, 1) or total >= HEARD_PROBABILITY * whole_ms > 0
    )


def _shares(
    probabilities: Sequence[Mapping[str, float]], speech_ms: Sequence[int], languages: tuple[str, ...]
) -> tuple[LanguageShare, ...]:
    found = []
    whole_ms = sum(speech_ms)
    for language in dict.fromkeys(languages):
        here = [
            (weight, of_window.get(language, 0.0))
            for of_window, weight, of in zip(probabilities, speech_ms, languages, strict=True)
            if of == language
        ]
        spoken_ms = sum(weight for weight, _ in here)
        if spoken_ms:
            mean = sum(weight * probability for weight, probability in here) / spoken_ms
            found.append(LanguageShare(language, round(spoken_ms / whole_ms, 4), round(mean, 4)))
    return tuple(sorted(found, key=lambda one: -one.share))
