"""Prefect's server with doors of our own, so that its web interface reports to nobody and obeys nobody else.

    python -m flows.quiet_server

The interface asks an analytics service for its settings even where analytics are off; a Content-Security-Policy that
allows this server alone stops every such request in the reader's browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
import uvicorn
from fastapi import Request, Response
from prefect.server.api.server import create_app as create_prefect_app
from pydantic import BaseModel

from flows.collector import collect_beside
from flows.doors import AsksAgain, LookingOnly, OwnPagesOnly
from flows.server_process import SERVER_HEADER, USER

POLICY = (
    "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "worker-src 'self' blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)

LOOK_EVERY_S = 1.0
# Prefect's client keeps an idle connection for 25 s; where the server closes it earlier (uvicorn: 5 s), a request may
# meet the closing, and is tried again two seconds later only.
KEEP_IDLE_CONNECTION_S = 60


class Doors(BaseModel):
    """Where the server listens. It reaches the server by the environment, because it may hold passwords."""

    owner: int
    token: str
    address: str
    port: int
    names: tuple[str, ...]
    view_address: str = ""
    view_port: int = 0
    password: str = ""
    view_password: str = ""


DOORS = "COLLOQUY_DOORS"


class SilentServer(uvicorn.Server):
    """The second door: the first one's signals end both."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


def stop_with(owner: int) -> None:
    """End this server when the process that started it is gone, killed or not: it must not hold the port for ever."""
    while psutil.pid_exists(owner):
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)


def create_app(token: str = "") -> Any:
    """`token` tells whoever started this server that it is this one that answers, and not another on the same port."""
    app = create_prefect_app()

    @app.middleware("http")
    async def quiet(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers[SERVER_HEADER] = token
        return response

    return app


async def serve(doors: Doors) -> None:
    app = OwnPagesOnly(AsksAgain(create_app(doors.token)), doors.names)
    main = uvicorn.Server(_config(app, doors.address, doors.port, lifespan="on"))
    if not doors.view_port:
        await main.serve()
        return
    passwords = tuple(f"{USER}:{one}" for one in (doors.password, doors.view_password) if one)
    look = LookingOnly(app, passwords, f"{USER}:{doors.password}" if doors.password else "")
    view = SilentServer(_config(look, doors.view_address, doors.view_port, lifespan="off"))
    beside = asyncio.create_task(view.serve())
    try:
        await main.serve()
    finally:
        view.should_exit = True
        await beside


def _config(app: Any, address: str, port: int, *, lifespan: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        address,
        port,
        lifespan=lifespan,
        log_level="warning",
        proxy_headers=False,
        timeout_keep_alive=KEEP_IDLE_CONNECTION_S,
    )


def main() -> None:
    collect_beside()
    doors = Doors.model_validate_json(os.environ.pop(DOORS))
    threading.Thread(target=stop_with, args=(doors.owner,), daemon=True).start()
    asyncio.run(serve(doors))


if __name__ == "__main__":
    main()
