from __future__ import annotations

import os
import subprocess
import sys

import pytest

from colloquy.quiet import SWITCHES, apply

OFF = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PYANNOTE_METRICS_ENABLED": "0",
    "OTEL_SDK_DISABLED": "true",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GX_ANALYTICS_ENABLED": "false",
}


@pytest.mark.parametrize(("name", "value"), OFF.items())
def test_each_switch_is_off_even_where_it_was_on(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for switch in SWITCHES:
        monkeypatch.setenv(switch, "something else")
    apply()
    assert os.environ[name] == value


@pytest.mark.parametrize("module", ["colloquy.cli.main", "flows"])
def test_importing_the_entry_points_turns_everything_off_before_prefect_is_imported(module: str) -> None:
    code = (
        f"import sys, os, {module}\n"
        f"assert all(os.environ.get(k) == v for k, v in {OFF!r}.items())\n"
        "assert not {'prefect', 'huggingface_hub', 'pyannote.audio'} & set(sys.modules)\n"
    )
    clean = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    subprocess.run([sys.executable, "-c", code], check=True, env=clean, timeout=60)
