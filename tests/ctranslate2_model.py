"""An openai-whisper checkpoint as a folder of CTranslate2: the same weights for another engine.

Layout of the weights after ctranslate2's own converter for transformers; tokens are those of the installed whisper.
"""

from __future__ import annotations

import json
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np

SHOWN = [*range(33, 127), *range(161, 173), *range(174, 256)]
HIDDEN = [byte for byte in range(256) if byte not in SHOWN]
LETTERS = {byte: chr(byte) for byte in SHOWN} | {byte: chr(256 + number) for number, byte in enumerate(HIDDEN)}


def convert(checkpoint: Path, folder: Path, *, quantization: str = "float16") -> Path:
    """Write `model.bin`, `config.json`, `vocabulary.json`, `tokenizer.json` and `preprocessor_config.json`."""
    import torch
    from ctranslate2.specs.whisper_spec import WhisperConfig, WhisperSpec
    from whisper.tokenizer import get_tokenizer

    content = torch.load(checkpoint, map_location="cpu", weights_only=True)
    dims = content["dims"]
    weights = {name: values.float().numpy() for name, values in content["model_state_dict"].items()}
    is_multilingual = dims["n_vocab"] >= 51865
    whispers = get_tokenizer(is_multilingual, num_languages=dims["n_vocab"] - 51765 - is_multilingual)

    spec = WhisperSpec(dims["n_audio_layer"], dims["n_audio_head"], dims["n_text_layer"], dims["n_text_head"])
    _set_encoder(spec.encoder, weights)
    _set_decoder(spec.decoder, weights)
    # Where the checkpoint does not say which heads follow the sound, whisper takes those of the last half of layers.
    layers = range(dims["n_text_layer"] // 2, dims["n_text_layer"])
    languages = sorted(whispers.all_language_tokens)
    spec._config = WhisperConfig(
        [],
        [*whispers.encode(" "), whispers.eot],
        languages,
        [list(head) for head in product(layers, range(dims["n_text_head"]))],
    )
    spec.register_vocabulary(_vocabulary(whispers.encoding, dims["n_vocab"]))
    spec.validate()
    spec.optimize(quantization)
    folder.mkdir(parents=True)
    spec.save(str(folder))
    _save_tokenizer(whispers.encoding, folder / "tokenizer.json")
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": dims["n_mels"]}))
    return folder


def _set_encoder(spec: Any, weights: dict[str, np.ndarray]) -> None:
    for name in ("conv1", "conv2"):
        _set(getattr(spec, name), weights, f"encoder.{name}")
    spec.position_encodings.encodings = weights["encoder.positional_embedding"]
    _set_norm(spec.layer_norm, weights, "encoder.ln_post")
    for number, layer in enumerate(spec.layer):
        _set_layer(layer, weights, f"encoder.blocks.{number}")


def _set_decoder(spec: Any, weights: dict[str, np.ndarray]) -> None:
    spec.embeddings.weight = weights["decoder.token_embedding.weight"]
    spec.projection.weight = weights["decoder.token_embedding.weight"]
    spec.position_encodings.encodings = weights["decoder.positional_embedding"]
    _set_norm(spec.layer_norm, weights, "decoder.ln")
    for number, layer in enumerate(spec.layer):
        _set_layer(layer, weights, f"decoder.blocks.{number}")
        _set_attention(layer.attention, weights, f"decoder.blocks.{number}.cross_attn", (("query",), ("key", "value")))


def _set_layer(layer: Any, weights: dict[str, np.ndarray], place: str) -> None:
    _set_attention(layer.self_attention, weights, f"{place}.attn", (("query", "key", "value"),))
    _set_norm(layer.ffn.layer_norm, weights, f"{place}.mlp_ln")
    _set(layer.ffn.linear_0, weights, f"{place}.mlp.0")
    _set(layer.ffn.linear_1, weights, f"{place}.mlp.2")


def _set_attention(spec: Any, weights: dict[str, np.ndarray], place: str, groups: tuple[tuple[str, ...], ...]) -> None:
    _set_norm(spec.layer_norm, weights, f"{place}_ln")
    for linear, names in zip(spec.linear, groups, strict=False):
        matrices = [weights[f"{place}.{name}.weight"] for name in names]
        nothing = np.zeros(len(matrices[0]), np.float32)  # whisper's keys have no bias
        linear.weight = np.concatenate(matrices)
        linear.bias = np.concatenate([weights.get(f"{place}.{name}.bias", nothing) for name in names])
    _set(spec.linear[-1], weights, f"{place}.out")


def _set(spec: Any, weights: dict[str, np.ndarray], place: str) -> None:
    spec.weight, spec.bias = weights[f"{place}.weight"], weights[f"{place}.bias"]


def _set_norm(spec: Any, weights: dict[str, np.ndarray], place: str) -> None:
    spec.gamma, spec.beta = weights[f"{place}.weight"], weights[f"{place}.bias"]


def _written(token: bytes) -> str:
    """GPT-2's way to write any bytes as printable characters."""
    return "".join(LETTERS[byte] for byte in token)


def _vocabulary(encoding: Any, count: int) -> list[str]:
    written = {rank: _written(token) for token, rank in encoding._mergeable_ranks.items()}
    written |= {number: text for text, number in encoding._special_tokens.items()}
    return [written[number] for number in range(count)]


def _save_tokenizer(encoding: Any, path: Path) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    ranks: dict[bytes, int] = encoding._mergeable_ranks
    vocabulary = {_written(token): rank for token, rank in ranks.items()}
    merges = [tuple(_written(part) for part in _halves(token, ranks)) for token in ranks if len(token) > 1]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    specials = sorted(encoding._special_tokens, key=encoding._special_tokens.__getitem__)
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in specials])
    tokenizer.save(str(path))


def _halves(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, ...]:
    """The two parts of which a token was last merged: byte pairs of lower rank are merged until two are left."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        pairs = [ranks.get(first + second, len(ranks)) for first, second in pairwise(parts)]
        best = min(range(len(pairs)), key=pairs.__getitem__)
        parts[best : best + 2] = [parts[best] + parts[best + 1]]
    return tuple(parts)
