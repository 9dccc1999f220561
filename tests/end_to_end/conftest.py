"""One warm process and one server for all tests of faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import Faults, faults


@pytest.fixture(scope="session")
def at_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    with faults(tmp_path_factory.mktemp("faults")) as made:
        yield made
