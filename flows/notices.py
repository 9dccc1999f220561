"""The morning's digest as a message, by Prefect's own notification blocks: e-mail, Teams, Slack, any webhook."""

from __future__ import annotations

from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.utilities.asyncutils import run_coro_as_sync

from colloquy.errors import SettingsError
from colloquy.settings import NoticeSettings
from flows.night import Told


def notify(told: Told, settings: NoticeSettings) -> None:
    """Send to every block, whatever becomes of the others. Raises SettingsError for those that could not be used."""
    broken = [slug for slug in settings.blocks if not _sent(told, slug)]
    if broken:
        raise SettingsError(
            f"configs/machine.local.toml: notices.blocks: {', '.join(broken)} could not be used. Look in the Prefect "
            "interface, under Blocks, whether it is there, is a notification block, and reaches its receiver."
        )


def _sent(told: Told, slug: str) -> bool:
    try:
        block = Block.load(slug, _sync=True)  # type: ignore[call-arg]  # Prefect's decorator takes it
        if not isinstance(block, NotificationBlock):
            return False
        run_coro_as_sync(_send(block, told))
    except Exception:  # noqa: BLE001 - whatever a block raises, the night is over and the others are told
        return False
    return True


async def _send(block: NotificationBlock, told: Told) -> None:
    await block.notify(told.plain, subject=told.title)
