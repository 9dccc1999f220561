from __future__ import annotations

import asyncio
import base64
import contextlib
from typing import Any

import pytest

from flows.doors import AsksAgain, LookingOnly, OwnPagesOnly

NAMES = ("127.0.0.1", "localhost", "::1", "hubs.example.ac.uk")


class Inside:
    """An application that says yes to everybody and remembers what it was asked with."""

    def __init__(self) -> None:
        self.authorization = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.authorization = dict(scope["headers"]).get(b"authorization", b"").decode()
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"yes"})


def ask(app: Any, path: str = "/api/health", method: str = "GET", kind: str = "http", **headers: str) -> int:
    """The status of the answer; for a web socket 200 where it was accepted, else 403."""
    given = {"host": "127.0.0.1:4200"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {"type": kind, "path": path, "method": method}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    encoded = [(name.encode(), value.encode()) for name, value in given.items()]
    asyncio.run(app({**scope, "headers": encoded}, receive, send))
    first = sent[0]
    return int(first.get("status", 200 if first["type"] == "websocket.accept" else 403))


def basic(credentials: str) -> str:
    return "Basic " + base64.b64encode(credentials.encode()).decode()


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({}, True),
        ({"origin": "http://127.0.0.1:4200"}, True),
        ({"host": "localhost:4200", "origin": "http://localhost:4200"}, True),
        ({"host": "[::1]:4200"}, True),
        ({"host": "hubs.example.ac.uk", "origin": "https://hubs.example.ac.uk"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "http://127.0.0.1:9999"}, False),
        ({"origin": "null"}, False),
        ({"host": "evil.example:4200", "origin": "http://evil.example:4200"}, False),
        ({"host": ""}, False),
    ],
    ids=[
        "a program",
        "own page",
        "by name",
        "IPv6",
        "its public name",
        "foreign",
        "other port",
        "null",
        "rebound",
        "-",
    ],
)
def test_only_the_servers_own_pages_are_answered(kind: str, headers: dict[str, str], is_let_in: bool) -> None:
    app = OwnPagesOnly(Inside(), NAMES)
    assert (ask(app, kind=kind, **headers) == 200) is is_let_in


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/runs"),
        ("GET", "/api/flow_runs/9b2f"),
        ("POST", "/api/flow_runs/filter"),
        ("POST", "/api/flow_runs/count"),
        ("POST", "/api/flow_runs/history"),
        ("POST", "/api/task_runs/count"),
        ("POST", "/api/artifacts/latest/filter"),
        ("POST", "/api/events/count-by/day"),
        ("POST", "/api/ui/flow_runs/count-task-runs"),
    ],
)
def test_looking_is_let_through(method: str, path: str) -> None:
    assert ask(LookingOnly(Inside()), path, method) == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/flow_runs/"),
        ("POST", "/api/flow_runs/9b2f/set_state"),
        ("POST", "/api/flow_runs/9b2f/resume"),
        ("POST", "/api/deployments/9b2f/create_flow_run"),
        ("POST", "/api/deployments/9b2f/pause_deployment"),
        ("POST", "/api/flow_runs/bulk_delete"),
        ("POST", "/api/admin/database/clear"),
        ("POST", "/api/variables/"),
        ("PATCH", "/api/flow_runs/9b2f"),
        ("PUT", "/api/concurrency_limits/9b2f"),
        ("DELETE", "/api/flow_runs/9b2f"),
        ("DELETE", "/api/deployments/filter"),
        ("POST", "/api/deployments/get_scheduled_flow_runs"),
        ("POST", "/api/block_documents/filter"),
        ("GET", "/api/block_documents/9b2f"),
        ("GET", "/api/block_types/slug/slack-webhook/block_documents"),
    ],
)
def test_whatever_changes_something_is_refused(method: str, path: str) -> None:
    assert ask(LookingOnly(Inside()), path, method) == 403


@pytest.mark.parametrize(
    ("path", "is_let_in"),
    [("/api/events/out", True), ("/api/logs/out", True), ("/api/events/in", False), ("/x", False)],
)
def test_a_socket_may_listen_and_not_speak(path: str, is_let_in: bool) -> None:
    assert (ask(LookingOnly(Inside()), path, kind="websocket") == 200) is is_let_in


@pytest.mark.parametrize(
    ("given", "status"),
    [("", 401), ("colloquy:wrong", 401), ("colloquy:look", 200), ("colloquy:change", 200), ("pi:look", 401)],
)
def test_with_passwords_one_of_them_opens_the_door_and_goes_no_further(given: str, status: int) -> None:
    inside = Inside()
    door = LookingOnly(inside, ("colloquy:change", "colloquy:look"), "colloquy:change")
    headers = {"authorization": basic(given)} if given else {}
    assert ask(door, "/api/flow_runs/filter", "POST", **headers) == status
    assert inside.authorization == (basic("colloquy:change") if status == 200 else "")


def test_lists_that_prefect_would_fetch_from_outside_are_not_there() -> None:
    assert ask(OwnPagesOnly(Inside(), NAMES), "/api/collections/views/aggregate-worker-metadata") == 404


def test_a_password_for_looking_does_not_change_anything() -> None:
    door = LookingOnly(Inside(), ("colloquy:look",), "colloquy:change")
    assert ask(door, "/api/flow_runs/9b2f", "DELETE", authorization=basic("colloquy:look")) == 403


def test_the_login_page_itself_needs_no_password() -> None:
    door = LookingOnly(Inside(), ("colloquy:look",), "colloquy:change")
    assert ask(door, "/login") == 200
    assert ask(door, "/api/health") == 200
    assert ask(door, "/api/events/out", kind="websocket") == 403


class Busy:
    """Answers 503 a few times, raising what it has answered as Prefect's server does; then repeats what was said."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        said = b""
        is_over = False
        while not is_over:
            message = await receive()
            said += message["body"]
            is_over = not message.get("more_body")
        is_busy = self.asked <= self.times
        await send({"type": "http.response.start", "status": 503 if is_busy else 200, "headers": []})
        await send({"type": "http.response.body", "body": b"busy" if is_busy else said})
        if is_busy:
            raise OSError("database is locked")


def post(app: Any, *, length: bytes = b"9") -> list[Any]:
    """What is sent back for a request in two pieces."""
    scope = {"type": "http", "method": "POST", "path": "/api/flow_runs/", "headers": [(b"content-length", length)]}
    pieces = iter([{"body": b"some ", "more_body": True}, {"body": b"body"}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", **next(pieces)}

    asyncio.run(app(scope, receive, send))
    return [message.get("status", message.get("body")) for message in sent]


def test_a_server_that_is_busy_for_a_moment_is_asked_again_with_the_same_words() -> None:
    busy = Busy(2)
    assert post(AsksAgain(busy, (0.0, 0.0, 0.0))) == [200, b"some body"]
    assert busy.asked == 3


def test_a_server_that_stays_busy_says_so_in_the_end() -> None:
    busy = Busy(9)
    sent: list[Any] = []
    with pytest.raises(OSError, match="locked"):  # as it would be without this door
        sent += post(AsksAgain(busy, (0.0, 0.0)))
    assert busy.asked == 3


def test_who_has_gone_is_not_asked_for_again() -> None:
    """Its request could take effect a second time, beside the one with which it comes again."""

    class Gone(Busy):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            with contextlib.suppress(OSError):
                await super().__call__(scope, receive, send)
            assert (await receive())["type"] == "http.disconnect"

    busy = Gone(1)
    post(AsksAgain(busy, (0.0, 0.0)))
    assert busy.asked == 1


def test_what_is_too_long_to_keep_is_said_once() -> None:
    busy = Busy(1)
    with pytest.raises(OSError, match="locked"):
        post(AsksAgain(busy, (0.0,)), length=b"99999999")
    assert busy.asked == 1
