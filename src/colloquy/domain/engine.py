"""Which engine did the work."""

from __future__ import annotations

from dataclasses import dataclass

# The engine of ours that works with models and without, and what each of them means for people.
EMBEDDED = "embedded"
VOICE_ENCODER, OVERLAP_NETWORK = "resemblyzer", "pyannote-segmentation-3.0"


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
        """For people: the name, and which models were used where that is not clear from it."""
        if self.name != EMBEDDED:
            return self.name
        parts = self.model.split("+")
        voices = "learnt voices" if VOICE_ENCODER in parts else "computed voices"
        overlaps = f", overlaps by {OVERLAP_NETWORK}" if OVERLAP_NETWORK in parts else ""
        return f"{self.name}, {voices}{overlaps}"
