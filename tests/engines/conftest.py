"""What the tests of diarisers share: a model store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny_pyannote import save_pipeline


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("models")
    save_pipeline(store)
    return store
