"""Garbage is collected beside the server's event loop, never in it.

Prefect keeps SQLite cursors in reference cycles. Python frees them in whichever thread happens to allocate; in that of
the event loop, the freeing waits for the cursor's connection, which another thread holds while it waits for the
database, which a request holds that only the event loop could end. All stood still until SQLite gave up a minute later.
"""

from __future__ import annotations

import gc
import threading
import time

EVERY_S = 1.0
# Freeing all generations takes a third of a second; most of what is thrown away is young.
FULL_EVERY = 30
FULL, YOUNG = 2, 1


def collect_beside() -> None:
    """Turn Python's own collection off in this process, for good, and collect in a thread that may wait."""
    gc.disable()
    threading.Thread(target=_collect, daemon=True).start()


def _collect() -> None:
    rounds = 0
    while True:
        time.sleep(EVERY_S)
        rounds += 1
        gc.collect(YOUNG if rounds % FULL_EVERY else FULL)
