"""The server's event loop never frees what another thread may hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.long_recordings import ROOT

# One connection holds the database, another waits for it in a thread of its own, and a cursor of that other one is
# garbage: whoever frees it waits for the thread. What holds the database is ended only after much was allocated.
STANDS_STILL = """
import sqlite3, sys, threading, time
from flows.collector import collect_beside

if sys.argv[2] == "beside":
    collect_beside()
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("create table t (n)")
holder.executemany("insert into t values (?)", [(n,) for n in range(9)])
waiting = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False, timeout=8.0)
cycle = [waiting.execute("select 1 union all select 2")]
cycle.append(cycle)
del cycle
holder.execute("begin immediate")

def wait():
    try:
        waiting.execute("begin immediate")
    except sqlite3.OperationalError:
        pass

thread = threading.Thread(target=wait)
thread.start()
time.sleep(0.5)
began = time.monotonic()
kept = [[n] for n in range(200_000)]
holder.execute("rollback")
print(time.monotonic() - began)
thread.join()
"""


@pytest.mark.parametrize(("how", "is_quick"), [("beside", True), ("by itself", False)])
def test_garbage_of_a_waiting_connection_holds_up_no_other_thread(tmp_path: Path, how: str, is_quick: bool) -> None:
    command = [sys.executable, "-c", STANDS_STILL, str(tmp_path / "held.db"), how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert (float(done.stdout) < 4.0) is is_quick
