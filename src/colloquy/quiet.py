"""Switches that keep every library from reporting to its makers. Imported and applied before any of them is imported.

What each one stops was seen in the installed releases' traffic or source. The web interface's own requests come from
the browser, so no variable here can stop them; the server's Content-Security-Policy does. A firewall rule remains the
real guarantee.
"""

from __future__ import annotations

import os

SWITCHES: dict[str, str] = {
    "DO_NOT_TRACK": "1",  # Prefect's SDK milestones; huggingface_hub obeys it too
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # the server's heartbeat to its makers
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",  # exceptions into a global OpenTelemetry SDK
    "PYANNOTE_METRICS_ENABLED": "0",  # length of each file and speaker counts; DO_NOT_TRACK does not stop these
    "OTEL_SDK_DISABLED": "true",  # pyannote.audio's second way out
    "HF_HUB_OFFLINE": "1",  # requests on loading a model; `models fetch` lifts it for one call
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GX_ANALYTICS_ENABLED": "false",  # Great Expectations sends nothing since 1.9; kept should that change
}


def apply() -> None:
    """Set every switch in this process and for its children, whatever was set before."""
    os.environ.update(SWITCHES)
