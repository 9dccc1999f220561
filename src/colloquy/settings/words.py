"""Lists of words in a settings file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field


def _split(value: object) -> object:
    """A list may be written as one text, its items split by commas, so that long lists stay readable."""
    if not isinstance(value, str):
        return value
    return tuple(item for item in (" ".join(part.split()) for part in value.split(",")) if item)


Words = Annotated[tuple[str, ...], BeforeValidator(_split), Field(min_length=1)]
