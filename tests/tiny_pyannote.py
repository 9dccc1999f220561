"""A pyannote pipeline with its real architecture, tiny, with random weights."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np


def save_pipeline(store: Path) -> None:
    """Save it in the model store `store`."""
    folder = store / "pyannote-community-1"
    save_segmentation(folder / "segmentation" / "pytorch_model.bin")
    save_embedding(folder / "embedding" / "pytorch_model.bin")
    (folder / "plda").mkdir()
    random = np.random.default_rng(0)
    lda = np.linalg.qr(random.standard_normal((64, 32)))[0]
    np.savez(folder / "plda" / "xvec_transform.npz", mean1=np.zeros(64), mean2=np.zeros(32), lda=lda)
    np.savez(folder / "plda" / "plda.npz", mu=np.zeros(32), tr=np.eye(32), psi=np.linspace(3, 0.1, 32))
    (folder / "config.yaml").write_text(
        "pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n  params:\n    clustering: VBxClustering\n"
        "    segmentation: $model/segmentation\n    segmentation_batch_size: 8\n    embedding: $model/embedding\n"
        "    embedding_batch_size: 8\n    embedding_exclude_overlap: true\n    plda: $model/plda\n"
        "params:\n  clustering: {threshold: 0.6, Fa: 0.07, Fb: 0.8}\n  segmentation: {min_duration_off: 0.0}\n"
    )


def save_segmentation(path: Path) -> Path:
    """Up to two of three voices at once, in stretches of two seconds."""
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

    torch.manual_seed(0)
    model = PyanNet(lstm={"hidden_size": 16, "num_layers": 1}, linear={"num_layers": 0})
    model.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=2.0,
        classes=["1", "2", "3"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    return _save(model, path)


def save_embedding(path: Path) -> Path:
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import XVectorMFCC

    model = XVectorMFCC(dimension=64)
    model.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=2.0, classes=["1"]
    )
    return _save(model, path)


def _save(model: Any, path: Path) -> Path:
    import torch

    model.build()
    checkpoint = {
        "state_dict": model.state_dict(),
        "hyper_parameters": dict(model.hparams),
        "pytorch-lightning_version": version("pytorch-lightning"),
    }
    model.on_save_checkpoint(checkpoint)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint, path)
    return path
