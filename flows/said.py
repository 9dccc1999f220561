"""What a run says of itself, in Prefect's log: our own sentences, sent one by one.

Python's logging is not sent to Prefect at all, because a library's line may quote anything.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import LogCreate
from prefect.context import FlowRunContext

from colloquy.store.folders import find_data_folder
from flows.guard import guarded

NAME = "colloquy"


def say(sentence: str, *, is_trouble: bool = False) -> None:
    """Ids, counts and our own words. Where it cannot be said, the work goes on."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    line = LogCreate.model_validate(
        {
            "name": NAME,
            "level": logging.WARNING if is_trouble else logging.INFO,
            "message": sentence,
            "timestamp": datetime.now(UTC),
            "flow_run_id": context.flow_run.id,
        }
    )

    def send() -> None:
        with get_client(sync_client=True) as client:
            client.create_logs([line])

    guarded(find_data_folder(), send)
