"""A voice encoder of the published shape with random values, and where the published one may lie."""

from __future__ import annotations

import os
from pathlib import Path

from colloquy.engines.embedded_dvectors import BANDS, LAYERS, UNITS

ROOT = Path(__file__).resolve().parents[1]
# Where `colloquy models fetch resemblyzer` put it: the checkout's own store, or another data folder.
PUBLISHED = Path(os.environ.get("COLLOQUY_DATA") or ROOT / "data") / "models" / "resemblyzer.pt"
ABSENT = "the voice encoder is not in the model store (colloquy models fetch resemblyzer)"


def save_encoder(path: Path, units: int = UNITS) -> Path:
    import torch

    torch.manual_seed(5)
    lstm, linear = torch.nn.LSTM(BANDS, units, LAYERS, batch_first=True), torch.nn.Linear(units, units)
    weights = {f"lstm.{name}": value for name, value in lstm.state_dict().items()}
    weights |= {f"linear.{name}": value for name, value in linear.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"step": 1, "model_state": weights | {"similarity_bias": torch.zeros(1)}, "optimizer_state": {}}, path)
    return path
