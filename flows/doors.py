"""What stands before Prefect's server: its own web pages alone may ask, and those who only look can change nothing.

Plain ASGI, so that web sockets pass these doors too, which Prefect's own middleware does not see.
"""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from copy import copy
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Prefect's interface asks its questions by POST; these paths read and do nothing else.
READING_POST = re.compile(
    r"^/api/[a-z_/]*(filter|count|paginate|history|lateness|count-by/[a-z_]+|next|slim|query)/?$"
    r"|^/api/ui/[a-z_/-]+$"
)
READING_SOCKET = re.compile(r"^/api/(events|logs)/out/?$")
# Blocks hold the addresses and passwords of notifications, and their pages give them to whoever asks for secrets.
SECRET = re.compile(r"^/api/block_(documents|types|schemas)\b")
# Prefect's server would ask GitHub for these lists.
OUTSIDE = re.compile(r"^/api/collections\b")
ONLY_LOOKING = b"This door is for looking: nothing can be started, changed or deleted here."
# Health and the interface's own files hold nothing of a study; the interface needs them to show its login page.
NEEDS_PASSWORD = re.compile(r"^/api/(?!health|ready)")
# Prefect answers 503 where SQLite was busy and nothing was written; its clients come again after two seconds only, and
# the demo's thirty tasks waited half a minute for that together.
BUSY = 503
ASK_AGAIN_AFTER_S = (0.02, 0.05, 0.1, 0.2, 0.4)
LONGEST_KEPT_BODY = 1_000_000
GONE = "http.disconnect"


class OwnPagesOnly:
    """Refuses a request that came under another name (a rebound address) or from a page of another origin.

    `names` are the host names under which this server may be asked for; ports do not matter.
    """

    def __init__(self, app: App, names: tuple[str, ...]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            host = _header(scope, b"host")
            if urlsplit(f"//{host}").hostname not in self._names:
                return await _refuse(scope, send, 400, b"This server is not known by that name.")
            if OUTSIDE.match(scope["path"]):
                return await _refuse(scope, send, 404, b"This list would be fetched from outside this machine.")
            origin = _header(scope, b"origin")
            if origin and urlsplit(origin).netloc != host:
                return await _refuse(scope, send, 403, b"Pages of another origin may not ask this server.")
        return await self._app(scope, receive, send)


class LookingOnly:
    """Lets through what reads; all else is refused.

    With `passwords`, one of them must be given; what passes is sent on with `own`, the server's own credentials.
    """

    def __init__(self, app: App, passwords: tuple[str, ...] = (), own: str = "") -> None:
        self._app = app
        self._accepted = tuple(_basic(password) for password in passwords)
        self._own = _basic(own) if own else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        if not _only_reads(scope):
            return await _refuse(scope, send, 403, ONLY_LOOKING)
        if self._accepted and scope["type"] == "http" and NEEDS_PASSWORD.match(scope["path"]):
            given = _header(scope, b"authorization").encode()
            if not any(secrets.compare_digest(given, accepted) for accepted in self._accepted):
                return await _refuse(scope, send, 401, b"Please log in.")
            others = [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]
            scope = {**scope, "headers": [*others, (b"authorization", self._own)]}
        if self._accepted and scope["type"] == "websocket":
            # Its login is said within the socket, where it cannot be looked at; the interface does without.
            return await _refuse(scope, send, 403, ONLY_LOOKING)
        return await self._app(scope, receive, send)


class AsksAgain:
    """Asks the server again by itself where its database was busy for a moment, and gives the last answer."""

    def __init__(self, app: App, waits_s: tuple[float, ...] = ASK_AGAIN_AFTER_S) -> None:
        self._app = app
        self._waits_s = waits_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or int(_header(scope, b"content-length") or LONGEST_KEPT_BODY + 1) > LONGEST_KEPT_BODY
        ):
            return await self._app(scope, receive, send)
        said = await _whole(receive)
        for wait_s in self._waits_s:
            if not await self._was_busy(scope, said, receive, send):
                return None
            if said[-1]["type"] == GONE:  # it may come again by itself, and nothing may be done twice
                return None
            await asyncio.sleep(wait_s)
        return await self._app(scope, _replayed(said, receive), send)

    async def _was_busy(self, scope: Scope, said: list[MutableMapping[str, Any]], receive: Receive, send: Send) -> bool:
        """True, and nothing sent, where the server says so."""
        is_busy = False

        async def unless_busy(message: MutableMapping[str, Any]) -> None:
            nonlocal is_busy
            if message["type"] == "http.response.start":
                is_busy = message["status"] == BUSY
            if not is_busy:
                await send(message)

        try:
            await self._app(copy(scope), _replayed(said, receive), unless_busy)
        except Exception:  # the server raises once more what it has just answered by 503
            if not is_busy:
                raise
        return is_busy


async def _whole(receive: Receive) -> list[MutableMapping[str, Any]]:
    said = [await receive()]
    while said[-1].get("more_body"):
        said.append(await receive())
    return said


def _replayed(said: list[MutableMapping[str, Any]], receive: Receive) -> Receive:
    """What was said so far, from its beginning, and then what is still to come: that the caller has gone."""
    kept = iter(tuple(said))

    async def again() -> MutableMapping[str, Any]:
        known = next(kept, None)
        if known is None:
            known = await receive()
            if known["type"] == GONE:
                said.append(known)
        return known

    return again


def _only_reads(scope: Scope) -> bool:
    path = scope["path"]
    if SECRET.match(path):
        return False
    if scope["type"] == "websocket":
        return bool(READING_SOCKET.match(path))
    return scope["method"] in ("GET", "HEAD", "OPTIONS") or (
        scope["method"] == "POST" and bool(READING_POST.match(path))
    )


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted), "")


def _basic(credentials: str) -> bytes:
    return b"Basic " + base64.b64encode(credentials.encode())


async def _refuse(scope: Scope, send: Send, status: int, why: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why.decode()})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(why)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why})
