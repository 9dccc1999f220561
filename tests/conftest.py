"""What tests share: the folder of real material, where a checkout has one beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Run, Terminal, open_terminal

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def _own_secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test leaves a secret in the settings of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLLOQUY_SECRETS", str(tmp_path_factory.mktemp("secrets")))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real recordings and weights that are not part of the repository."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    return ROOT / "data" / "demo"


@pytest.fixture(scope="session")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return open_terminal(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo_run(terminal: Terminal) -> Run:
    """One run of the demo study for all tests that look at what it leaves."""
    return terminal.run("demo")


@pytest.fixture(scope="session")
def demo_dataset_root(demo_run: Run) -> Path:
    """The folder in which `data/` holds the demo's results."""
    assert demo_run.exit_code == 0, demo_run.output
    return demo_run.data.parent
