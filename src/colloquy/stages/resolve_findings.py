"""Many findings of several detectors into spans that do not overlap.

The policy, in order:

1. Findings below the study's lowest score are dropped, but never a name that the study knows.
2. A finding grows to whole words; outer punctuation and a possessive 's stay outside.
3. Findings that share a character become one span, their union: what any detector took for an identifier goes.
4. The span's category is that of its longest finding; of equally long ones that of the roster's, then the higher score,
   then the order of `Category`, numbers and addresses before names.
"""

from __future__ import annotations

from dataclasses import replace

from colloquy.domain.redaction import CERTAIN_SCORE, NAMED_CATEGORIES, Category, Finding
from colloquy.domain.text_span import fit_to_words
from colloquy.stages.seek_known_names import SOURCE


def resolve_findings(text: str, findings: tuple[Finding, ...], lowest_score: float) -> tuple[Finding, ...]:
    """Spans in order, not overlapping, each on whole words of `text`."""
    fitted = [_fit(text, finding) for finding in findings if _counts(finding, lowest_score)]
    ordered = sorted((one for one in fitted if one.start < one.end), key=lambda one: (one.start, -one.end))
    groups: list[list[Finding]] = []
    end = -1
    for finding in ordered:
        if finding.start < end:
            groups[-1].append(finding)
        else:
            groups.append([finding])
        end = max(end, finding.end)
    return tuple(_union(group) for group in groups)


def _counts(finding: Finding, lowest_score: float) -> bool:
    # The check would refuse what the study knows, whatever the setting.
    is_known = finding.source == SOURCE and finding.score >= CERTAIN_SCORE
    return is_known or finding.score >= lowest_score


def _fit(text: str, finding: Finding) -> Finding:
    start, end = fit_to_words(text, finding.start, finding.end)
    return replace(finding, start=start, end=end)


def _union(group: list[Finding]) -> Finding:
    end = max(finding.end for finding in group)
    best = max(group, key=_weight)
    covers_all = best.start == group[0].start and best.end == end
    score = max(finding.score for finding in group)
    return replace(best, start=group[0].start, end=end, score=score, known_as=best.known_as if covers_all else "")


def _weight(finding: Finding) -> tuple[int, bool, float, bool, int]:
    is_number = finding.category not in NAMED_CATEGORIES
    rank = -list(Category).index(finding.category)
    return finding.end - finding.start, bool(finding.known_as), finding.score, is_number, rank
