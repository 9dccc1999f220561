"""Train the demo checkpoint: a very small Whisper for four synthetic voices, in Whisper's own file format.

    python -m colloquy.synthesis.train --corpus /tmp/corpus --out data/demo/model/demo-en.pt

The encoder also names the phone and the token of each frame, and the last cross-attention is told where each token was
said; without these hints the model needs many times the steps, and its word times wander.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import random
import time
from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from whisper.model import ModelDimensions, ResidualAttentionBlock, Whisper

from colloquy.synthesis import phrases
from colloquy.synthesis.corpus import PHONES, Utterance, load_shard, make_shard, tokenizer
from colloquy.synthesis.windows import Batch, batch

ENGLISH_VOCABULARY = 51_864
UNUSED_BIAS = -100.0
SLIP_SHARE = 0.05


def dimensions(vocabulary: int) -> ModelDimensions:
    return ModelDimensions(80, 1500, 144, 3, 4, vocabulary, 448, 144, 3, 2)


def kept_tokens() -> list[int]:
    """The English tokens that the phrases can hold, then start, no-timestamps, end and no-speech."""
    ids: set[int] = set(tokenizer().encode(" um, er, mm. Mm?"))
    for word in phrases.vocabulary():
        for form in (word, word[0].upper() + word[1:], word.lower()):
            for mark in ("", ",", ".", "?"):
                ids.update(tokenizer().encode(f" {form}{mark}"))
    whisper = tokenizer()
    return [*sorted(ids), whisper.sot, whisper.no_timestamps, whisper.eot, whisper.no_speech]


class Learner(nn.Module):
    """A Whisper with a small vocabulary, a phone head on its encoder, and its last cross-attention in the open."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.model = Whisper(dimensions(vocabulary))
        self.phone_head = nn.Linear(self.model.dims.n_audio_state, len(PHONES))
        self.said_head = nn.Linear(self.model.dims.n_audio_state, self.model.dims.n_text_state)
        nn.init.normal_(self.model.decoder.token_embedding.weight, std=0.05)
        nn.init.normal_(self.model.decoder.positional_embedding, std=0.02)
        self.pin_output_bias()

    @torch.no_grad()
    def pin_output_bias(self) -> None:
        """First coordinate of the last layer norm is always 1, so each token's first coordinate is its output bias."""
        self.model.decoder.ln.weight[0] = 0.0
        self.model.decoder.ln.bias[0] = 1.0

    def encode(self, mel: torch.Tensor) -> torch.Tensor:
        encoder = self.model.encoder
        x = functional.gelu(encoder.conv1(mel))
        x = functional.gelu(encoder.conv2(x)).permute(0, 2, 1)
        x = x + encoder.positional_embedding[: x.shape[1]]
        for block in encoder.blocks:
            x = functional.dropout(block(x), 0.05, self.training)
        encoded: torch.Tensor = encoder.ln_post(x)
        return encoded

    def decode(self, inputs: torch.Tensor, audio: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits (b, k, v), and the cross-attention of the first and of the last layer (b, heads, k, t)."""
        decoder = self.model.decoder
        x = decoder.token_embedding(inputs) + decoder.positional_embedding[: inputs.shape[1]]
        first, last = decoder.blocks
        x, before = _open_block(first, x, audio, decoder.mask)
        x, attention = _open_block(last, functional.dropout(x, 0.05, self.training), audio, decoder.mask)
        x = decoder.ln(x)
        return x @ decoder.token_embedding.weight.T, before, attention

    def _said_loss(self, audio: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
        """Which token is said, asked at every third frame: dense help for the encoder to gather whole words."""
        audio, said = audio[:, ::3].flatten(0, 1), said[:, ::3].flatten()
        is_asked = said >= 0
        logits = self.said_head(audio[is_asked]) @ self.model.decoder.token_embedding.weight.T
        return functional.cross_entropy(logits.float(), said[is_asked])

    def forward(self, data: Batch) -> tuple[torch.Tensor, dict[str, float]]:
        audio = self.encode(data.mel)
        frame_loss = functional.cross_entropy(
            self.phone_head(audio).flatten(0, 1).float(), data.phones.flatten(), ignore_index=-1
        )
        said_loss = self._said_loss(audio, data.said)
        logits, before, attention = self.decode(_with_slips(data.inputs, self.model.dims.n_vocab), audio)
        flat, targets = logits.flatten(0, 1).float(), data.targets.flatten()
        text_loss = functional.cross_entropy(flat, targets, ignore_index=-100, label_smoothing=0.05)
        focus = _focus_loss(attention, data.spans)
        # One head of the first layer looks where the last word was said, so that the next layer can go on from there.
        place = _focus_loss(before[:, :1], functional.pad(data.spans, (0, 0, 1, 0), value=-1)[:, :-1])
        right = (flat.argmax(-1) == targets)[targets != -100].float().mean()
        total = text_loss + frame_loss + 0.5 * said_loss + 0.3 * focus + 0.2 * place
        losses = {
            "text": text_loss,
            "phone": frame_loss,
            "said": said_loss,
            "focus": focus,
            "place": place,
            "right": right,
        }
        return total, {name: value.item() for name, value in losses.items()}


def _with_slips(inputs: torch.Tensor, vocabulary: int) -> torch.Tensor:
    """Some of the words that the decoder is told before are wrong, so that it has to listen."""
    slips = torch.rand(inputs.shape) < SLIP_SHARE
    slips[:, :2] = False
    return torch.where(slips, torch.randint_like(inputs, vocabulary - 4), inputs)


def _open_block(
    block: ResidualAttentionBlock, x: torch.Tensor, audio: torch.Tensor, mask: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The library's block, but its cross-attention weights keep their gradient."""
    x = x + block.attn(block.attn_ln(x), mask=mask)[0]
    cross = block.cross_attn
    heads = cross.n_head
    q = cross.query(block.cross_attn_ln(x)).unflatten(-1, (heads, -1)).transpose(1, 2)
    k = cross.key(audio).unflatten(-1, (heads, -1)).transpose(1, 2)
    v = cross.value(audio).unflatten(-1, (heads, -1)).transpose(1, 2)
    weights = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)).float().softmax(-1)
    x = x + cross.out((weights.to(v.dtype) @ v).transpose(1, 2).flatten(2))
    return x + block.mlp(block.mlp_ln(x)), weights


def _focus_loss(attention: torch.Tensor, spans: torch.Tensor) -> torch.Tensor:
    """Minus the log of the attention that falls inside each token's own frames, one frame of grace."""
    frames = torch.arange(attention.shape[-1])
    inside = (frames >= spans[..., :1] - 1) & (frames <= spans[..., 1:] + 1)
    known = spans[..., 0] >= 0
    mass = (attention * inside[:, None]).sum(-1).clamp(min=1e-4).log()
    return -mass.permute(0, 2, 1)[known].mean()


def rate(step: int, steps: int, peak: float) -> float:
    """Warm-up over 300 steps, flat, then linear to nothing over the last half."""
    return peak * min(1.0, step / 300, max((steps - step) / (0.5 * steps), 0.0))


# By how far training has come: the shares of batches, added up, and the frames of 20 ms in their windows.
LENGTHS = (
    (0.06, ((1.0, (110, 300)),)),
    (0.40, ((0.7, (110, 300)), (1.0, (300, 450)))),
    (0.70, ((0.5, (110, 300)), (0.9, (300, 500)), (1.0, (500, 750)))),
    (1.00, ((0.4, (110, 300)), (0.8, (300, 500)), (0.95, (500, 750)), (1.0, (750, 1400)))),
)


def lengths(step: int, steps: int, rng: random.Random) -> tuple[tuple[int, int], bool]:
    """The least and the most frames of 20 ms in a window, and whether it is padded to 30 s: short at first.

    Attention finds a word among few more easily than among many; what it has learnt there holds in longer windows.
    """
    progress, choice = step / steps, rng.random()
    full = progress > 0.6 and rng.random() < (0.3 if progress > 0.75 else 0.15)
    shares = next(shares for until, shares in LENGTHS if progress <= until)
    return next(frames for share, frames in shares if choice <= share), full


@torch.no_grad()
def export(learner: Learner, kept: list[int], path: Path) -> None:
    """Write the model in Whisper's format: full English vocabulary, unused tokens biased out of reach, half floats."""
    state = {name: value.detach().clone() for name, value in learner.model.state_dict().items()}
    small = state["decoder.token_embedding.weight"]
    rows = torch.zeros(ENGLISH_VOCABULARY, small.shape[1])
    rows[:, 0] = UNUSED_BIAS
    rows[torch.tensor(kept)] = small
    state["decoder.token_embedding.weight"] = rows
    half = {name: value.half() for name, value in state.items() if name != "encoder.positional_embedding"}
    half["encoder.positional_embedding"] = state["encoder.positional_embedding"]
    temporary = path.with_suffix(".part")
    torch.save({"dims": asdict(dimensions(ENGLISH_VOCABULARY)), "model_state_dict": half}, temporary)
    temporary.rename(path)


def train(
    corpus: list[Utterance], out: Path, steps: int, frames_in_batch: int, seed: int, resume: Path | None, start: int
) -> None:
    torch.manual_seed(seed)
    rng = random.Random(seed + start)
    kept = kept_tokens()
    rows_of = {token: row for row, token in enumerate(kept)}
    special = (len(kept) - 4, len(kept) - 3, len(kept) - 2, len(kept) - 1)
    learner = Learner(len(kept))
    optimiser = torch.optim.AdamW(learner.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    if resume is not None:
        saved = torch.load(resume, weights_only=True)
        learner.load_state_dict(saved["learner"])
        optimiser.load_state_dict(saved["optimiser"])
    means: dict[str, float] = {}
    began = time.monotonic()
    for step in range(start + 1, steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, steps, 2e-3)
        (shortest, longest), full = lengths(step, steps, rng)
        data = batch(corpus, rng, rows_of, special, (shortest, longest), frames_in_batch, full)
        with torch.autocast("cpu", torch.bfloat16):
            loss, figures = learner(data)
        if not math.isfinite(loss.item()):
            optimiser.zero_grad(set_to_none=True)
            continue
        loss.backward()
        nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        learner.pin_output_bias()
        means = {k: 0.98 * means.get(k, v) + 0.02 * v for k, v in figures.items()}
        if step % 50 == 0:
            shown = " ".join(f"{k} {v:.3f}" for k, v in means.items())
            print(f"step {step} {shown} {(time.monotonic() - began) / (step - start):.2f} s/step", flush=True)
        if step % 250 == 0 or step == steps:
            export(learner, kept, out)
            state = {"learner": learner.state_dict(), "optimiser": optimiser.state_dict(), "step": step}
            torch.save(state, out.with_suffix(".state"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", type=Path, required=True, help="folder for the utterances; filled when empty")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=24, help="of 800 utterances each")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--frames", type=int, default=10_000, help="20 ms frames in a batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--start", type=int, default=0)
    arguments = parser.parse_args()
    arguments.corpus.mkdir(parents=True, exist_ok=True)
    paths = [arguments.corpus / f"{i:03d}.pt" for i in range(arguments.shards)]
    missing = [(path, 800, 1000 + i) for i, path in enumerate(paths) if not path.exists()]
    with multiprocessing.get_context("spawn").Pool() as pool:
        pool.starmap(make_shard, missing)
    corpus = [said for path in paths for said in load_shard(path)]
    print(f"{len(corpus)} utterances", flush=True)
    train(corpus, arguments.out, arguments.steps, arguments.frames, arguments.seed, arguments.resume, arguments.start)


if __name__ == "__main__":
    main()
