"""openai-whisper's model in memory: read from its checkpoint, with which numbers, and on which device."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from colloquy.domain.model_size import Precision
from colloquy.engines.devices import Device
from colloquy.engines.whisper_checkpoint import made_from
from colloquy.errors import ModelDamagedError

if TYPE_CHECKING:
    from whisper import Whisper

NO_HALF = "This GPU gives no numbers in half precision: it computed in single precision, slower."
# Native half precision begins here; on older cards, which the installed PyTorch does not know anyway, it is no faster.
LEAST_CAPABILITY = (5, 3)


def choose_precision(device: Device, capability: tuple[int, int] | None = None) -> Precision:
    """Half precision on a GPU, single on the processor. `capability` is the GPU's, asked for where it is not given.

    Not bfloat16, also where the GPU has it: the published weights are float16, which bfloat16 would round, and
    whisper's `decode` knows float16 and float32 alone.
    """
    if device == "cpu":
        return "float32"
    if capability is None:
        import torch

        capability = torch.cuda.get_device_capability(0)
    return "float16" if capability >= LEAST_CAPABILITY else "float32"


def load_model(path: Path, name: str, device: Device) -> Whisper:
    """The model of a checkpoint in the device's precision, or in single where it computes nothing in half.

    `name` is the published one of known weights. Raises as `load_weights`.
    """
    precision = choose_precision(device)
    model = load_weights(path, device, precision, name)
    if precision == "float16" and not computes(model):
        del model
        model = load_weights(path, device, "float32", name)
    return model


def load_weights(path: Path, device: Device, precision: Precision, name: str = "") -> Whisper:
    """The model of a checkpoint, each part of it converted on its way to the device.

    The library's `load_model` holds the file's content and a model of 32-bit numbers at once: three times the size of
    a published file, in the machine's memory also where the model is for the GPU. Here the file is mapped, and what is
    held is what is used. Raises ModelDamagedError, RuntimeError where the GPU fails.
    """
    import whisper

    model = _mapped(path)
    # A model loaded from a file does not say which attention heads follow the sound. For the published ones the library
    # knows, and one made from them keeps theirs: word times are better, and take far less memory, than with all heads.
    known = whisper._ALIGNMENT_HEADS
    heads = known.get(name) or known.get(made_from(asdict(model.dims)))
    if heads is not None:
        model.set_alignment_heads(heads)
    _place(model, device, precision)
    return model.eval().requires_grad_(requires_grad=False)


def _mapped(path: Path) -> Whisper:
    """The model with its weights still in the file. Raises ModelDamagedError."""
    import torch
    from whisper.model import ModelDimensions

    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        model = _empty(ModelDimensions(**content["dims"]))
        model.load_state_dict(content["model_state_dict"], assign=True)
    except (UnpicklingError, RuntimeError, KeyError, EOFError, OSError, ValueError, TypeError):
        raise ModelDamagedError(
            "transcription: the model's file is damaged or not a Whisper checkpoint. "
            "Run `colloquy models verify`, and fetch or import the model again."
        ) from None
    return model


def _empty(dims: Any) -> Whisper:
    """As the library's constructor, without memory for weights that are about to be replaced, nor random values."""
    import torch
    from whisper.model import AudioEncoder, TextDecoder, Whisper

    model = Whisper.__new__(Whisper)
    torch.nn.Module.__init__(model)
    model.dims = dims
    with torch.device("meta"):
        model.encoder = AudioEncoder(
            dims.n_mels, dims.n_audio_ctx, dims.n_audio_state, dims.n_audio_head, dims.n_audio_layer
        )
        model.decoder = TextDecoder(
            dims.n_vocab, dims.n_text_ctx, dims.n_text_state, dims.n_text_head, dims.n_text_layer
        )
    # What no checkpoint holds: who may look at whom, and the heads that follow the sound (the last half of the layers).
    mask = torch.full((dims.n_text_ctx, dims.n_text_ctx), -torch.inf).triu_(1)
    model.decoder.register_buffer("mask", mask, persistent=False)
    heads = torch.zeros(dims.n_text_layer, dims.n_text_head, dtype=torch.bool)
    heads[dims.n_text_layer // 2 :] = True
    model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
    return model


def _place(model: Whisper, device: Device, precision: Precision) -> None:
    """Every weight on the device. Norms and positions stay in single precision: the library computes them in it.

    Where whisper's layers multiply they convert their weights to the type of what comes in; weights that are of that
    type already are not converted at every step.
    """
    import torch

    is_low = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Embedding)
    low = torch.float16 if precision == "float16" else torch.float32
    for module in model.modules():
        kind = low if isinstance(module, is_low) else torch.float32
        for name, weight in module.named_parameters(recurse=False):
            placed = weight.detach().to(device, kind, copy=True)
            setattr(module, name, torch.nn.Parameter(placed, requires_grad=False))
        for name, values in module.named_buffers(recurse=False):
            setattr(module, name, values.to(device, torch.float32 if values.is_floating_point() else None, copy=True))


def precision_of(model: Whisper) -> Precision:
    import torch

    return "float16" if model.decoder.token_embedding.weight.dtype is torch.float16 else "float32"


def computes(model: Whisper) -> bool:
    """Whether noise comes out of the encoder as numbers. Some cards give none in half precision (pytorch #58123)."""
    import torch

    weight = model.decoder.token_embedding.weight
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1, model.dims.n_mels, 2 * model.dims.n_audio_ctx, generator=generator)
    with torch.no_grad():
        heard = model.encoder(noise.to(weight.device, weight.dtype))
    return bool(torch.isfinite(heard).all())
