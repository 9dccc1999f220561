"""A Whisper checkpoint of a tiny multilingual shape with random weights: it hears languages, and says little."""

from __future__ import annotations

from pathlib import Path

MULTILINGUAL, ENGLISH = 51_865, 51_864
LANGUAGES = slice(50_259, 50_259 + 99)
END = 50_257
WORDS = slice(1000, 1100)


def save_tiny_whisper(path: Path, *, vocabulary: int = MULTILINGUAL) -> Path:
    """Its likeliest languages differ from sound to sound, and after a word or two it ends."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(4)
    model = Whisper(
        ModelDimensions(
            n_mels=80,
            n_audio_ctx=1500,
            n_audio_state=32,
            n_audio_head=1,
            n_audio_layer=1,
            n_vocab=vocabulary,
            n_text_ctx=448,
            n_text_state=32,
            n_text_head=1,
            n_text_layer=2,
        )
    )
    with torch.no_grad():
        for values in model.parameters():
            values.copy_(0.2 * torch.randn(values.shape))
        for norm in (model.encoder.ln_post, model.decoder.ln):
            norm.weight.fill_(1)
        model.decoder.token_embedding.weight[LANGUAGES] *= 3
        model.decoder.token_embedding.weight[WORDS] *= 6
        towards_end = torch.nn.functional.normalize(torch.randn(32), dim=0)
        model.decoder.ln.bias.copy_(2 * towards_end)
        model.decoder.token_embedding.weight[END] = 20 * towards_end
    torch.save({"dims": model.dims.__dict__, "model_state_dict": model.state_dict()}, path)
    return path
