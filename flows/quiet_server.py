"""Prefect's server application with one more header, so that its web interface reports to nobody.

    uvicorn --factory flows.quiet_server:create_app

The interface asks an analytics service for its settings even where analytics are off; a Content-Security-Policy that
allows this server alone stops every such request in the reader's browser.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
from fastapi import Request, Response
from prefect.server.api.server import create_app as create_prefect_app

POLICY = (
    "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "worker-src 'self' blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)


OWNER = "COLLOQUY_SERVER_OWNER"
LOOK_EVERY_S = 1.0


def stop_with(owner: int) -> None:
    """End this server when the process that started it is gone, killed or not: it must not hold the port for ever."""
    while psutil.pid_exists(owner):
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)


def create_app() -> Any:
    if owner := os.environ.get(OWNER):
        threading.Thread(target=stop_with, args=(int(owner),), daemon=True).start()
    app = create_prefect_app()

    @app.middleware("http")
    async def quiet(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return app
