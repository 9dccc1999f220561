"""Words out of sound: cut at pauses into windows, read by the engine, and read again where they may be invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from colloquy.domain.audio import AudioSamples, PreparedAudio, Region, between, joined, shared_ms, widened
from colloquy.domain.suspect_passage import Coverage, SuspectPassage
from colloquy.domain.transcript import Transcript, Word
from colloquy.errors import TranscriptionError
from colloquy.protocols import BeginReading, Transcriber, unwatched
from colloquy.settings import SubtitlePhrases, TranscriptionSettings
from colloquy.stages.decode_again import Reading, decode_again
from colloquy.stages.find_languages import FoundLanguages, find_languages
from colloquy.stages.find_sound import SoundLevels, find_sound, measure_levels, without_digital_silence
from colloquy.stages.find_suspect_passages import NEAR_MS, Evidence, Suspect, find_suspect_passages
from colloquy.stages.plan_windows import plan_windows
from colloquy.stages.read_unprompted import read_unprompted

SHORTEST_WORD_MS = 20


def transcribe(
    prepared: PreparedAudio,
    transcriber: Transcriber,
    settings: TranscriptionSettings,
    phrases: SubtitlePhrases,
    begin: BeginReading = unwatched,
) -> Transcript:
    """Read every window, read suspicious ones again, and make the words' times sound: in order and of some length.

    `begin` is told of each reading: of the first, and of those of what came out too poor or suspect.

    The second reading is without the study's vocabulary. What stays suspect is kept and stands in the transcript's
    `passages`, words after the end among it. Raises TranscriptionError when the engine gives words before the
    recording's beginning.
    """
    audio, duration_ms = prepared.audio, prepared.audio.duration_ms
    levels = measure_levels(audio, prepared.speech)
    windows = _windows(prepared, levels, settings)
    languages = find_languages(transcriber, audio, windows, prepared.speech)
    read_first = transcriber.transcribe(audio, windows, begin(_length_ms(windows)), languages=languages.of(windows))
    transcript = _in_languages(languages, read_first)
    evidence = _evidence(prepared, levels, settings, phrases)
    again = _SecondReading(transcriber, audio, languages, transcript, begin)
    first = Reading(_checked(transcript.words), windows)
    if settings.vocabulary:
        first = read_unprompted(first, evidence.speech, again.read)
        again.note_unprompted(len(first.unprompted))
    suspects = find_suspect_passages(first.words, replace(evidence, unprompted=first.unprompted))
    final, left = first, suspects
    if suspects:
        final = decode_again(audio, first, suspects, evidence, again.read)
        left = find_suspect_passages(final.words, replace(evidence, unprompted=final.unprompted))
    words = _sound_times(final.words, duration_ms)
    return replace(
        again.transcript,
        words=words,
        passages=_passages(suspects, left, duration_ms),
        coverage=_coverage(prepared, windows, words),
    )


def _windows(prepared: PreparedAudio, levels: SoundLevels, settings: TranscriptionSettings) -> tuple[Region, ...]:
    """Voice activity chooses where to cut; what is heard outside its windows is read as well."""
    longest_ms = round(settings.longest_window_s * 1000)
    if settings.vad == "off":
        return plan_windows(prepared.audio, without_digital_silence(levels), longest_ms)
    planned = plan_windows(prepared.audio, prepared.speech, longest_ms)
    passed_over = find_sound(levels, between(planned, prepared.audio.duration_ms))
    if not passed_over:
        return planned
    return plan_windows(prepared.audio, joined((*prepared.speech, *passed_over)), longest_ms)


class _SecondReading:
    """Reads without the study's vocabulary; `transcript` takes what the engine says of itself."""

    def __init__(
        self,
        transcriber: Transcriber,
        audio: AudioSamples,
        languages: FoundLanguages,
        transcript: Transcript,
        begin: BeginReading,
    ) -> None:
        self._transcriber = transcriber
        self._audio = audio
        self._languages = languages
        self._begin = begin
        self.transcript = transcript

    def read(self, pieces: tuple[Region, ...]) -> tuple[Word, ...]:
        again = self._transcriber.transcribe(
            self._audio,
            pieces,
            self._begin(_length_ms(pieces)),
            languages=self._languages.of(pieces),
            is_prompted=False,
        )
        fallbacks = tuple(dict.fromkeys((*self.transcript.fallbacks, *again.fallbacks)))
        self.transcript = replace(self.transcript, engine=again.engine, fallbacks=fallbacks, precision=again.precision)
        return _checked(again.words)

    def note_unprompted(self, count: int) -> None:
        if count:
            said = f"The vocabulary silenced the model in {count} of its windows: they were read without it."
            self.transcript = replace(self.transcript, fallbacks=(*self.transcript.fallbacks, said))


def _evidence(
    prepared: PreparedAudio, levels: SoundLevels, settings: TranscriptionSettings, phrases: SubtitlePhrases
) -> Evidence:
    duration_ms = prepared.audio.duration_ms
    sound = find_sound(levels, (Region(0, duration_ms),))
    # Where voice activity is not trusted, whatever is heard counts as speech.
    speech = sound if settings.vad == "off" else prepared.speech
    return Evidence(speech, sound, duration_ms, phrases, settings.vocabulary)


def _in_languages(found: FoundLanguages, transcript: Transcript) -> Transcript:
    fallbacks = tuple(dict.fromkeys((*found.fallbacks, *transcript.fallbacks)))
    return replace(
        transcript,
        language=found.main,
        languages=found.shares,
        also_heard=found.also_heard,
        fallbacks=fallbacks,
    )


def _checked(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """As they are, in the order in which the engine read them."""
    for word in words:
        if word.start_ms < 0:
            raise TranscriptionError(
                f"transcription: a word lies at {word.start_ms} ms, before the recording begins. "
                "This is a fault of the engine: try another model or engine and report it."
            )
    return words


def _sound_times(words: tuple[Word, ...], duration_ms: int) -> tuple[Word, ...]:
    ordered: list[Word] = []
    for word in words:
        earliest = ordered[-1].start_ms if ordered else 0
        start_ms = min(max(word.start_ms, earliest), max(duration_ms - SHORTEST_WORD_MS, 0))
        end_ms = min(max(word.end_ms, start_ms + SHORTEST_WORD_MS), duration_ms)
        ordered.append(replace(word, start_ms=start_ms, end_ms=end_ms))
    return tuple(ordered)


def _passages(first: Sequence[Suspect], left: Sequence[Suspect], duration_ms: int) -> tuple[SuspectPassage, ...]:
    """What is left to listen to, and what the second reading mended."""
    to_check = tuple(_passage(suspect, duration_ms, is_mended=False) for suspect in left)
    still = joined(Region(one.start_ms, one.end_ms) for one in to_check)
    found = (_passage(suspect, duration_ms, is_mended=True) for suspect in first)
    mended = (one for one in found if not shared_ms((Region(one.start_ms, one.end_ms),), still))
    return tuple(sorted((*to_check, *mended), key=lambda one: one.start_ms))


def _passage(suspect: Suspect, duration_ms: int, *, is_mended: bool) -> SuspectPassage:
    """Inside the recording, and never of no length."""
    start_ms = min(suspect.start_ms, max(duration_ms - SHORTEST_WORD_MS, 0))
    end_ms = min(max(suspect.end_ms, start_ms + SHORTEST_WORD_MS), duration_ms)
    return SuspectPassage(start_ms, end_ms, suspect.suspicions, is_mended)


def _coverage(prepared: PreparedAudio, windows: tuple[Region, ...], words: tuple[Word, ...]) -> Coverage:
    duration_ms = prepared.audio.duration_ms
    speech_ms = sum(region.duration_ms for region in prepared.speech)
    spoken = widened((Region(word.start_ms, word.end_ms) for word in words), NEAR_MS)

    def share_of_speech(regions: tuple[Region, ...]) -> float | None:
        return round(shared_ms(prepared.speech, regions) / speech_ms, 4) if speech_ms else None

    return Coverage(
        round(_length_ms(windows) / duration_ms, 4) if duration_ms else 0.0,
        share_of_speech(windows),
        share_of_speech(spoken),
    )


def _length_ms(windows: tuple[Region, ...]) -> int:
    return sum(window.duration_ms for window in windows)
