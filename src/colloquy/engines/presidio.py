"""Identifiers that follow a written pattern, by presidio-analyzer's recognisers; no language model is needed."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.redaction import Finding
from colloquy.errors import RedactionError
from colloquy.settings import RedactionSettings
from colloquy.settings.redaction_language import DetectionContext, PatternRule

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

_STREET = (
    "Street|Road|Lane|Avenue|Drive|Close|Place|Way|Court|Crescent|Terrace|Gardens?|Square|Row|Hill|Park|Green|Grove|"
    "Walk|Mews|Rise|Parade|Yard|St|Rd|Ave"
)
# What presidio-analyzer has no recogniser for.
WRITTEN_FORMS = (
    ("SOCIAL_HANDLE", r"(?<![\w.@])@\w{2,}(?:\.\w+)*|(?<![\w@])(?=\w*[^\W\d_]{2})(?=\w+_\w)\w+"),
    ("UK_SORT_CODE", r"(?<![\d\-])\d{2}[\-–]\d{2}[\-–]\d{2}(?![\d\-])"),
    (
        "STREET_ADDRESS",
        rf"(?<!\w)\d{{1,4}}[A-Za-z]?,? (?:(?:[A-Z][\w'’]+ ){{1,3}}(?:{_STREET})|The [A-Z]\w+)(?!\w)",
    ),
)


@dataclass(frozen=True, slots=True)
class PatternDetector:
    """`PersonalDataDetector` over presidio's recognisers for the United Kingdom and for numbers in general use."""

    identity: EngineIdentity
    _rules: dict[str, PatternRule] = field(repr=False)

    def detect(self, text: str) -> tuple[Finding, ...]:
        """Findings scored by `patterns` in the language file.

        Raises RedactionError, also where the language file names an entity that no recogniser finds.
        """
        engine = _analyzer()
        if unknown := sorted(set(self._rules) - set(engine.get_supported_entities())):
            raise RedactionError(
                f"configs/redaction: patterns holds {', '.join(unknown)}, which no recogniser finds. "
                f"Known: {', '.join(sorted(engine.get_supported_entities()))}."
            )
        try:
            results = engine.analyze(text, language="en", entities=list(self._rules), score_threshold=0.0)
        except (ValueError, TypeError, RuntimeError) as error:
            raise RedactionError(
                f"redaction.patterns: presidio-analyzer stopped with {type(error).__name__}. Run `colloquy doctor`."
            ) from None
        return tuple(
            Finding(result.start, result.end, rule.category, f"patterns:{result.entity_type}", rule.score)
            for result in results
            if result.score >= (rule := self._rules[result.entity_type]).least
        )


def make(settings: RedactionSettings, context: DetectionContext) -> PatternDetector:  # noqa: ARG001 - one form for all
    """Light: presidio itself is loaded when something is to be found."""
    identity = EngineIdentity("patterns", version("presidio-analyzer"), model_digest=context.language_digest)
    return PatternDetector(identity, dict(context.language.patterns))


@cache
def _analyzer() -> AnalyzerEngine:
    _quieten()
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    nothing = NoOpNlpEngine([{"lang_code": "en", "model_name": ""}])
    return AnalyzerEngine(registry=RecognizerRegistry(recognizers=_recognisers()), nlp_engine=nothing)


def _recognisers() -> list[Any]:

    from presidio_analyzer import predefined_recognizers as known

    class AnyEmail(known.EmailRecognizer):
        """Without the public-suffix check, which would ask the network and lets misheard addresses through."""

        def validate_result(self, pattern_text: str) -> None:  # noqa: ARG002 - presidio's signature
            return None

    registration = known.UkVehicleRegistrationRecognizer()
    # In small letters "b12 and" would be a number plate.
    registration.global_regex_flags = re.DOTALL | re.MULTILINE
    return [
        known.NhsRecognizer(),
        known.UkNinoRecognizer(),
        known.UkPostcodeRecognizer(),
        known.UkPassportRecognizer(),
        known.UkDrivingLicenceRecognizer(),
        registration,
        known.PhoneRecognizer(supported_regions=("GB",), leniency=1),
        AnyEmail(),
        known.UrlRecognizer(),
        known.CreditCardRecognizer(),
        known.IbanRecognizer(),
        known.IpRecognizer(),
        known.DateRecognizer(),
        *(_written(*form) for form in WRITTEN_FORMS),
    ]


def _written(entity: str, pattern: str) -> Any:
    from presidio_analyzer import Pattern, PatternRecognizer

    # Capitals tell a street from a sentence.
    return PatternRecognizer(
        supported_entity=entity, patterns=[Pattern(entity, pattern, 0.6)], global_regex_flags=re.DOTALL | re.MULTILINE
    )


def _quieten() -> None:
    """presidio's log may quote text, so it is dropped; a pattern that it gave up on must stop the interview."""
    logger = logging.getLogger("presidio-analyzer")
    logger.setLevel(logging.WARNING)
    if _stop_on_timeout not in logger.filters:
        logger.addFilter(_stop_on_timeout)
    logging.getLogger("decision_process").disabled = True


def _stop_on_timeout(record: logging.LogRecord) -> bool:
    if "timed out" in record.msg:
        raise RedactionError(
            "redaction.patterns: a pattern took too long and was not finished. Report this text's length."
        )
    return False
