"""Which engine did the work."""

from __future__ import annotations

from dataclasses import dataclass

# Engines of ours that work with a model and without: what they go by without one, and with one.
_GOES_BY = {"embedded": ("computed voices", "learnt voices")}


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

    @property
    def shown(self) -> str:
        """For people: the name, and whether a model was used where that is not clear from it."""
        without, with_model = _GOES_BY.get(self.name, ("", ""))
        goes_by = with_model if self.model_digest else without
        return f"{self.name}, {goes_by}" if goes_by else self.name
