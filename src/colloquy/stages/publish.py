"""Put the interviews that passed together to the tables of the study."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from colloquy.domain.dataset import DatasetTables
from colloquy.domain.interview import interview_order
from colloquy.errors import StudyError


def publish(interviews: tuple[DatasetTables, ...]) -> DatasetTables:
    """The study's tables, in the order of the interviews' ids; rows keep their order within an interview.

    Raises StudyError when an interview comes twice, or when there is none.
    """
    if not interviews:
        raise StudyError("publish: no interview has passed its checks, expected at least one. See `colloquy status`.")
    ids = Counter(row.interview_id for tables in interviews for row in tables.interviews)
    twice = sorted((interview_id for interview_id, count in ids.items() if count > 1), key=interview_order)
    if twice:
        raise StudyError(
            f"publish: {', '.join(twice)} came more than once, expected each interview once. "
            "Remove the double results, then run the study again."
        )
    ordered = sorted(interviews, key=_order)
    return DatasetTables(
        interviews=tuple(chain.from_iterable(tables.interviews for tables in ordered)),
        utterances=tuple(chain.from_iterable(tables.utterances for tables in ordered)),
        words=tuple(chain.from_iterable(tables.words for tables in ordered)),
        redactions=tuple(chain.from_iterable(tables.redactions for tables in ordered)),
    )


def _order(tables: DatasetTables) -> tuple[object, ...]:
    return min((interview_order(row.interview_id) for row in tables.interviews), default=())
