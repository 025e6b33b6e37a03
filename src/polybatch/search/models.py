"""The model of an index: opened without torch where it can be, and known again by its fingerprint."""

from polybatch.encoders.fingerprint import fingerprint, fingerprint_of_modules
from polybatch.encoders.loading import SentenceEncoder, load_encoder
from polybatch.encoders.lookup import LookupEncoder, open_encoder

Encoder = SentenceEncoder | LookupEncoder


def open_model_of(
    name: str, wanted: str | None, *, batch_size: int = 64, device: str | None = None
) -> tuple[Encoder, str]:
    """The encoder of a folder or hub name, and its fingerprint, in that form which `wanted` has if it is the model's.

    An index of before knows a static encoder by its modules in torch, and needs torch. Raises ModelError.
    """
    encoder = open_encoder(name, batch_size=batch_size, device=device)
    told = fingerprint(encoder)
    if wanted in (None, told):
        return encoder, told
    whole = load_encoder(name, batch_size=batch_size, device=device) if isinstance(encoder, LookupEncoder) else encoder
    return (whole, wanted) if fingerprint_of_modules(whole) == wanted else (encoder, told)
