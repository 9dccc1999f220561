"""Where the time of the demo study goes, as ratios of one run.

    python tests/benchmarks/measure_demo.py

Prints, for each stage, its share of the run and its seconds per minute of sound; what is left is the overhead of
everything but the stages: starting Python and the Prefect server, the flows, publishing. Peak memory is that of the
largest process. Not a test: machines differ.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data, secrets = Path(folder, "data"), Path(folder, "secrets")
        environment = os.environ | {"COLLOQUY_DATA": str(data), "COLLOQUY_SECRETS": str(secrets)}
        command = [sys.executable, "-m", "colloquy.cli.main", "demo"]
        walls = []
        for _ in range(2):
            began = time.monotonic()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            walls.append(time.monotonic() - began)
        states = [json.loads(p.read_text()) for p in (data / "identifiable/demo/state").glob("*.json")]
    minutes = sum((state["duration_ms"] or 0) for state in states) / 60_000
    stages: dict[str, float] = {}
    for state in states:
        for stage, seconds in state["seconds"].items():
            stages[stage] = stages.get(stage, 0.0) + seconds
    print(f"sound {minutes:.1f} min; first run {walls[0]:.0f} s; second run {walls[1]:.1f} s")
    for stage, seconds in stages.items():
        share = 100 * seconds / walls[0]
        print(f"{stage:14} {seconds:6.1f} s  {share:4.0f} %  {seconds / minutes:5.2f} s per minute of sound")
    # transcribe and diarise run side by side, so the stages may add up to more than the run.
    side_by_side = min(stages.get("transcribe", 0.0), stages.get("diarise", 0.0))
    rest = walls[0] - sum(stages.values()) + side_by_side
    print(f"{'everything else':14} {rest:6.1f} s  {100 * rest / walls[0]:4.0f} %")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
