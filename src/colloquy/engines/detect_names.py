"""People, places and organisations without any model: lists, the words around a name, and letter case.

Small letters and all capitals are read with the lists and phrases alone. The rules prefer a false alarm to a slip: a
capitalised word that is in no list and not in everyday use is taken for a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from colloquy.domain.engine import EngineIdentity
from colloquy.domain.redaction import Finding
from colloquy.engines.name_words import NameVocabulary, read_name_words
from colloquy.engines.organisation_rules import OrganisationRules
from colloquy.engines.person_rules import PersonRules
from colloquy.engines.place_rules import PlaceRules
from colloquy.engines.saint_rules import SaintRules
from colloquy.settings import RedactionSettings
from colloquy.settings.redaction_language import DetectionContext

RULES_VERSION = "2"


@dataclass(frozen=True, slots=True)
class NameDetector:
    """`PersonalDataDetector` over the rules for people, places and organisations."""

    identity: EngineIdentity
    _vocabulary: NameVocabulary = field(repr=False)
    _people: PersonRules = field(repr=False)
    _places: PlaceRules = field(repr=False)
    _organisations: OrganisationRules = field(repr=False)
    _saints: SaintRules = field(repr=False)

    def detect(self, text: str) -> tuple[Finding, ...]:
        """Findings of all rules; they may overlap. Raises RedactionError where the vocabulary is missing."""
        words = read_name_words(text, self._vocabulary)
        return (
            *self._people.find(words),
            *self._places.find(words),
            *self._organisations.find(words),
            *self._saints.find(words, text),
        )


def make(settings: RedactionSettings, context: DetectionContext) -> NameDetector:  # noqa: ARG001 - one form for all
    """A detector for the language of the study."""
    language = context.language
    return NameDetector(
        EngineIdentity("names", RULES_VERSION, model_digest=context.language_digest),
        NameVocabulary.of(context),
        PersonRules.of(language),
        PlaceRules.of(language),
        OrganisationRules.of(language),
        SaintRules.of(language),
    )
