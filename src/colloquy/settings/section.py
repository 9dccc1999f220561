"""What every part of the settings is: frozen, typed, without unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _is_no_other_kind(cls, value: object, found: ValidationInfo) -> object:
        """True is no number, and neither 1 nor "yes" is true: pydantic would take one for the other."""
        wanted = cls.model_fields[found.field_name or ""].annotation
        if (wanted in (int, float) and isinstance(value, bool)) or (wanted is bool and not isinstance(value, bool)):
            raise PydanticCustomError("bool_type", "another kind of value")
        return value
