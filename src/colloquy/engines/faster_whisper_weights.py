"""A CTranslate2 model in memory: on which device, with which numbers, and with which random ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colloquy.engines.ctranslate2_folder import TOKENIZER, read_vocabulary
from colloquy.engines.devices import Device, choose_device
from colloquy.engines.gpu_ladder import is_gpu_fault
from colloquy.engines.openai_whisper import SEED
from colloquy.errors import DeviceUnavailableError, ModelDamagedError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

# As the library's documentation advises; the published folders hold 16 bits, converted as they are loaded. A device
# that does not compute with these takes what every device computes with, and the transcript says so.
COMPUTE_TYPES: dict[Device, str] = {"cpu": "int8", "cuda": "float16"}
EVERYWHERE = "float32"
START = "<|startoftranscript|>"

_loaded: dict[tuple[str, Device], Weights] = {}


class Weights:
    """A model in memory, and whether random numbers were drawn with it."""

    def __init__(self, folder: Path, device: Device) -> None:
        self.whisper = _open(folder, device)
        self._folder = folder
        self._device = device
        self._has_drawn = False
        self._is_used_up = False

    def begin_recording(self) -> None:
        self._is_used_up = self._has_drawn

    def prepare_to_draw(self) -> None:
        """The same random numbers for every recording.

        CTranslate2 seeds its worker's generator when the worker first draws, and never again (OpenNMT/CTranslate2
        #1757): only a new worker begins anew. The old model goes first, so that memory holds one.
        """
        if self._is_used_up:
            del self.whisper
            self.whisper = _open(self._folder, self._device)
            self._is_used_up = False
        self._has_drawn = True


def choose_device_of_both(wanted: str) -> Device:
    """As for every engine; but CTranslate2 brings its own CUDA, which may not see a GPU that PyTorch computes on."""
    device = choose_device(wanted)
    if device == "cuda":
        import ctranslate2

        if ctranslate2.get_cuda_device_count() == 0:
            raise DeviceUnavailableError(
                f'settings: transcription.device is "{wanted}" and PyTorch computes on the GPU, but the installed '
                'CTranslate2 does not see it. Set transcription.device = "cpu", or transcription.engine = '
                '"openai-whisper".'
            )
    return device


def forget_weights(device: Device) -> None:
    """Those on any other device: after a step down they would fill its memory for nothing."""
    for key in [key for key in _loaded if key[1] != device]:
        del _loaded[key]


def choose_compute_type(device: Device, supported: Iterable[str]) -> str:
    """The numbers to compute with; `supported` are those that CTranslate2 names for the device."""
    return COMPUTE_TYPES[device] if COMPUTE_TYPES[device] in set(supported) else EVERYWHERE


def is_loaded(folder: Path, device: Device) -> bool:
    return (str(folder), device) in _loaded


def load_weights(folder: Path, device: Device) -> Weights:
    """The model, loaded once per process."""
    key = (str(folder), device)
    if key not in _loaded:
        _loaded[key] = Weights(folder, device)
    return _loaded[key]


def _open(folder: Path, device: Device) -> WhisperModel:
    import ctranslate2
    import torch
    from faster_whisper import WhisperModel

    kind = choose_compute_type(device, ctranslate2.get_supported_compute_types(device))
    ctranslate2.set_random_seed(SEED)
    try:
        return WhisperModel(str(folder), device=device, compute_type=kind, cpu_threads=torch.get_num_threads())
    except (RuntimeError, ValueError, OSError, MemoryError) as error:
        if device == "cuda" and isinstance(error, RuntimeError) and (is_gpu_fault(error) or "ibrary" in str(error)):
            raise  # of the GPU or its libraries; what to do then is said where the device was chosen
        raise _damaged() from None


def open_tokenizer(folder: Path) -> Any:
    """Raises ModelDamagedError, also where its numbers are not those of the model's own vocabulary."""
    import tokenizers

    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception:  # noqa: BLE001  # the library raises this very class
        raise _damaged() from None
    vocabulary = read_vocabulary(folder)
    number = tokenizer.token_to_id(START)
    if number is None or number >= len(vocabulary) or vocabulary[number] != START:
        raise _damaged()
    return tokenizer


def _damaged() -> ModelDamagedError:
    return ModelDamagedError(
        "transcription: the model's folder is damaged or not a Whisper model of CTranslate2. "
        "Run colloquy models verify, and fetch or import the model again."
    )
