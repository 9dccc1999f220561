"""What was checked and what came out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from colloquy.domain.redaction import Category, KeyEntry, RosterEntry

# Parts of a person's name from this length on are looked for by themselves; shorter ones meet too many other words.
SHORTEST_NAME_PART = 3
TITLES = frozenset(
    {"Auntie", "Doctor", "Dr", "Miss", "Mister", "Mr", "Mrs", "Ms", "Nurse", "Professor", "Sister", "Uncle"}
)


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"


class Verdict(StrEnum):
    PASSED = "passed"
    PASSED_WITH_WARNINGS = "passed with warnings"
    WAITS = "waits for a person"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. `failing_ids` are utterance or word ids, never text; `could_run` is False when the check broke.

    `advice` says in one sentence what to do when it fails.
    """

    check: str
    description: str
    severity: Severity
    is_passed: bool
    could_run: bool
    failing_count: int
    failing_ids: tuple[str, ...]
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All checks of one interview; what could not be checked has not passed."""

    interview_id: str
    results: tuple[CheckResult, ...]

    @property
    def verdict(self) -> Verdict:
        if not self.results or any(result.severity is Severity.CRITICAL for result in self.failed):
            return Verdict.FAILED
        return Verdict.PASSED_WITH_WARNINGS if self.failed else Verdict.PASSED

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """Checks that did not pass, critical ones first."""
        failed = (result for result in self.results if not (result.is_passed and result.could_run))
        return tuple(sorted(failed, key=lambda result: result.severity is not Severity.CRITICAL))

    @property
    def passed_count(self) -> int:
        return sum(result.is_passed and result.could_run for result in self.results)


def forbidden_terms(roster: Iterable[RosterEntry], key: Iterable[KeyEntry]) -> tuple[str, ...]:
    """What must not be left in anything that is shared, sorted: every spelling, and each part of a person's name.

    Dates are left out: a weekday that was replaced in one place is an ordinary word in another. Identifiable.
    """
    spellings = [(entry.category, spelling) for entry in roster for spelling in entry.spellings]
    spellings += [(entry.category, spelling) for entry in key for spelling in entry.originals]
    terms: set[str] = set()
    for category, spelling in spellings:
        if category is Category.DATE:
            continue
        terms.add(spelling.strip())
        if category is Category.PERSON:
            terms.update(name_parts(spelling))
    return tuple(sorted(terms - {""}))


def name_parts(spelling: str) -> tuple[str, ...]:
    """First names and surnames of a person's name that mean the person by themselves: no title, no initial."""
    return tuple(part for part in map(_bare, spelling.split()) if _is_name_part(part))


def _bare(part: str) -> str:
    return part.strip(".,;:!?()'\"").removesuffix("'s").removesuffix("’s")


def _is_name_part(part: str) -> bool:
    return len(part) >= SHORTEST_NAME_PART and part[0].isupper() and part not in TITLES
