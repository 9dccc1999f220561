"""Which engine did the work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """Everything that may change an engine's result; equal identities give equal results.

    `model_digest` is the SHA-256 of the weights, or empty where the engine has none.
    """

    name: str
    version: str
    model: str = ""
    model_digest: str = ""
    device: str = "cpu"
