"""Prefect flows: the only place that imports prefect."""

from __future__ import annotations

from colloquy import quiet

quiet.apply()  # before any module of this package imports prefect, which reads its settings on import
