"""Every error that Colloquy raises on purpose. Messages say where, what was found, what was expected, what to do.

Messages may name an interview's id and numbers; never speech, a person's name or the name of a dropped file.
"""

from __future__ import annotations


class ColloquyError(Exception):
    """Base of all errors whose message is written for the person at the screen."""


class SettingsError(ColloquyError):
    """A settings file cannot be read, or holds something that no setting takes."""


class UnknownEngineError(ColloquyError):
    """A name in the settings matches no engine."""


class ExtraMissingError(ColloquyError):
    """The settings ask for an optional part of Colloquy that is not installed."""


class ModelMissingError(ColloquyError):
    """The model that was asked for is not on this machine."""


class ModelRefusedError(ColloquyError):
    """The model is here but must not be used for this."""


class ModelDamagedError(ColloquyError):
    """A model's file is not what its card says, or not a model at all."""


class ModelTooBigError(ColloquyError):
    """The model needs more memory than this machine or its GPU has."""


class MemoryShortError(ColloquyError):
    """The machine has the memory for the model, and other programs hold it."""


class DownloadError(ColloquyError):
    """A model could not be fetched."""


class DeviceUnavailableError(ColloquyError):
    """The GPU that the settings ask for cannot be used."""


class DeviceFailedError(ColloquyError):
    """The GPU failed in the middle of the work, and the study does not allow the processor instead."""


class DeviceBusyError(DeviceFailedError):
    """The GPU had not the memory for it, which may be another program's doing and may pass."""


class AudioUnreadableError(ColloquyError):
    """The file is damaged, empty, or not sound at all."""


class AudioSilentError(ColloquyError):
    """The file was decoded and nobody speaks in it."""


class DocumentUnreadableError(ColloquyError):
    """A document or ready-made transcript cannot be read."""


class TranscriptionError(ColloquyError):
    """The transcriber could not do its work."""


class DiarisationError(ColloquyError):
    """The diariser could not do its work."""


class RedactionError(ColloquyError):
    """Something about redaction could not be done for certain; the interview stops (fail closed)."""


class CheckError(ColloquyError):
    """The checks could not be run at all."""


class StoreError(ColloquyError):
    """A study file is missing, damaged or would be overwritten."""


class StorageAwayError(StoreError):
    """The disk or network share of the data folder does not answer now; it may a little later."""


class StudyError(ColloquyError):
    """A study does not exist, exists already, or has nothing to do."""


class ExportError(ColloquyError):
    """An export cannot be made."""


class VoiceUnavailableError(ColloquyError):
    """A synthetic voice is not installed on this machine."""


class StageFailedError(ColloquyError):
    """A stage of one interview failed; what Prefect may show of it. The cause is kept apart."""


class StageInterruptedError(StageFailedError):
    """A stage failed for a reason that may pass: a busy GPU, a network share gone. Prefect tries it again."""


class ServerError(ColloquyError):
    """The Prefect server on this machine does not start or does not answer."""


class ServerLostError(ServerError):
    """The Prefect server stopped answering while a study was at work."""


class ServiceError(ColloquyError):
    """Colloquy cannot be made to start with this machine: another system, or a path that its format cannot hold."""
