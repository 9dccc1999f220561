"""A study's vocabulary as the text that a Whisper model takes for what was said before.

Both libraries cut a prompt that is too long, without a word: openai-whisper keeps its end, faster-whisper's hotwords
keep their beginning. Here it is refused.
"""

from __future__ import annotations

from collections.abc import Callable

from colloquy.errors import SettingsError

# Half the context of every published model, less the token that opens the prompt.
PROMPT_TOKENS = 223


def encode_vocabulary(
    vocabulary: tuple[str, ...], encode: Callable[[str], list[int]], limit: int = PROMPT_TOKENS
) -> list[int]:
    """Tokens of the terms as one sentence; none without terms. Raises SettingsError, which names no term."""
    if not vocabulary:
        return []
    tokens = encode(f" {', '.join(vocabulary)}.")
    if len(tokens) > limit:
        fitting = len(vocabulary) * limit // len(tokens)
        raise SettingsError(
            f"settings: transcription.vocabulary is too long: its {len(vocabulary)} terms are {len(tokens)} tokens, "
            f"and the model takes {limit}. Keep some {fitting} of them, those that are spelt wrong without help."
        )
    return tokens
