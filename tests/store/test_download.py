from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from colloquy.errors import DownloadError
from colloquy.store import download
from colloquy.store.download import download_file

CONTENT = bytes(range(256)) * 5000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    requests: list[str | None] = []  # noqa: RUF012
    understands_ranges = True
    breaks_after: int | None = None
    status = 200

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        type(self).requests.append(wanted)
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.understands_ranges else 0
        if self.status != 200 or first >= len(CONTENT):
            self.send_error(self.status if self.status != 200 else 416)
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(CONTENT) - first))
        self.end_headers()
        last = len(CONTENT) if self.breaks_after is None else first + self.breaks_after
        self.wfile.write(CONTENT[first:last])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    handler = type("OneTest", (Handler,), {"requests": []})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv("no_proxy", "*")
    yield SimpleNamespace(url=f"http://127.0.0.1:{httpd.server_port}/model.pt", handler=handler)
    httpd.shutdown()
    httpd.server_close()


def test_the_file_gets_its_name_once_it_is_whole_and_progress_is_told(server: SimpleNamespace, tmp_path: Path) -> None:
    target = tmp_path / "models" / "m.pt"
    told: list[tuple[int, int | None]] = []
    download_file(server.url, DIGEST, target, lambda done, total: told.append((done, total)))
    assert target.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert list(target.parent.iterdir()) == [target]


def test_an_interrupted_download_goes_on_where_it_stopped(server: SimpleNamespace, tmp_path: Path) -> None:
    target = tmp_path / "m.pt"
    server.handler.breaks_after = 1000
    with pytest.raises(DownloadError, match="did not get through"):
        download_file(server.url, DIGEST, target)
    assert not target.exists()
    server.handler.breaks_after = None
    download_file(server.url, DIGEST, target)
    assert target.read_bytes() == CONTENT
    assert server.handler.requests == [None, "bytes=1000-"]


def test_a_server_without_ranges_sends_it_all_again(server: SimpleNamespace, tmp_path: Path) -> None:
    target = tmp_path / "m.pt"
    server.handler.breaks_after = 1000
    with pytest.raises(DownloadError):
        download_file(server.url, DIGEST, target)
    server.handler.breaks_after, server.handler.understands_ranges = None, False
    download_file(server.url, DIGEST, target)
    assert target.read_bytes() == CONTENT


def test_a_part_that_was_whole_already_is_taken(server: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / f".m.pt.{DIGEST[:8]}.part").write_bytes(CONTENT)
    download_file(server.url, DIGEST, tmp_path / "m.pt")
    assert (tmp_path / "m.pt").read_bytes() == CONTENT


def test_other_bytes_than_were_published_are_thrown_away(server: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="SHA-256 differs"):
        download_file(server.url, "0" * 64, tmp_path / "m.pt")
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_is_told_with_its_number(server: SimpleNamespace, tmp_path: Path) -> None:
    server.handler.status = 403
    with pytest.raises(DownloadError, match="HTTP 403"):
        download_file(server.url, DIGEST, tmp_path / "m.pt")


def test_no_network_is_one_sentence_and_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(DownloadError, match=r"no internet.*colloquy models import"):
        download_file("http://127.0.0.1:9/m.pt", DIGEST, tmp_path / "m.pt")


def test_a_full_disk_is_told_before_anything_is_written(
    server: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _place: SimpleNamespace(free=10))
    with pytest.raises(DownloadError, match="Make room"):
        download_file(server.url, DIGEST, tmp_path / "m.pt")
    assert list(tmp_path.iterdir()) == []
