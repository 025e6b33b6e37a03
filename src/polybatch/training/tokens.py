"""Texts of an aligned table tokenized ahead of time, on disk, and planned batches of them as a model's features."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polybatch.encoders.families import applied_prompts
from polybatch.encoders.settings import EncoderSettings
from polybatch.errors import Fault, ModelError
from polybatch.files import write_json, written_aside
from polybatch.hashing import key_of
from polybatch.progress import Progress
from polybatch.provenance import content_hash
from polybatch.sampling.plan import Batch
from polybatch.table.aligned import AlignedTable
from polybatch.table.columns import side_name
from polybatch.table.shape import NEGATIVES, PASSAGE, QUERY, CorpusShape

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHUNK = 20_000  # rows tokenized at a time
ABOUT = "tokens.json"


@dataclass(frozen=True)
class Tokenization:
    """How a model's texts become token ids: by its own tokenizer, after its prompts, cut at a number of tokens.

    `limits` are of queries and passages, prompt and special tokens included; None cuts nothing. `padding` is the id
    that rows are filled up with; None for a model that takes texts end to end, as a static encoder does.
    """

    tokenizer: Any = field(repr=False)
    prompts: tuple[str, str]
    limits: tuple[int | None, int | None]
    padding: int | None

    @classmethod
    def of(cls, model: "SentenceTransformer", encoder: EncoderSettings | None = None) -> "Tokenization":
        """That of a model; limits of its settings above the longest text that it takes are lowered to it.

        Raises ModelError for a tokenizer without a token to pad with, and for one that is not a fast one.
        """
        from sentence_transformers.sentence_transformer.modules import StaticEmbedding

        query, passage = applied_prompts(model.prompts)
        if isinstance(model[0], StaticEmbedding):
            return cls(model[0].tokenizer, (query, passage), (None, None), None)
        tokenizer: Any = model.tokenizer
        faults = []
        if getattr(tokenizer, "pad_token_id", None) is None:
            works = "set pad_token in its tokenizer_config.json"
            faults.append(Fault("encoder", "its tokenizer has no token to pad with", works))
        if not getattr(tokenizer, "is_fast", False):
            faults.append(Fault("encoder", "its tokenizer is not a fast one", "one with a tokenizer.json works"))
        if faults:
            raise ModelError(faults)
        most = model.max_seq_length
        query_tokens, passage_tokens = (
            min((one for one in (getattr(encoder, name, None), most) if one is not None), default=None)
            for name in ("query_tokens", "passage_tokens")
        )
        return cls(tokenizer, (query, passage), (query_tokens, passage_tokens), tokenizer.pad_token_id)

    def tokenize(self, texts: Sequence[str | None], side: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Ids of all texts end to end (int32), the length of each, and how many of them were cut. None has no ids."""
        prompt, limit = self.prompts[min(side, PASSAGE)], self.limits[min(side, PASSAGE)]
        there = [prompt + text for text in texts if text is not None]
        if self.padding is None:
            encodings = self.tokenizer.encode_batch_fast(there, add_special_tokens=False)
        elif there:
            encodings = self.tokenizer(there, truncation=limit is not None, max_length=limit, padding=False).encodings
        else:
            encodings = []
        ids = [encoding.ids for encoding in encodings]
        cut = sum(bool(encoding.overflowing) for encoding in encodings)
        lengths = np.zeros(len(texts), dtype=np.int64)
        lengths[[text is not None for text in texts]] = [len(one) for one in ids]
        return np.fromiter((i for one in ids for i in one), np.int32, int(lengths.sum())), lengths, cut

    def fingerprint(self) -> str:
        """A hash of all that token ids depend on."""
        backend = getattr(self.tokenizer, "backend_tokenizer", self.tokenizer)
        state = json.loads(backend.to_str())
        rules = {key: value for key, value in state.items() if key not in ("padding", "truncation")}
        return content_hash([json.dumps(rules), *self.prompts, str(self.limits), str(self.padding)])


@dataclass(frozen=True)
class TokenColumn:
    """Token ids of one side in one language, for all rows: flat ids, int32, and where each row's begin, int64."""

    ids: np.ndarray
    starts: np.ndarray


class TokenTable:
    """The token ids of every row of an aligned table, by side and language, memory-mapped from a folder.

    `cut`: how many texts were cut on each side, and how many there are.
    """

    def __init__(self, shape: CorpusShape, columns: list[list[TokenColumn]], padding: int | None, cut: Any) -> None:
        self.shape, self._columns, self.padding, self.cut = shape, columns, padding, cut

    @classmethod
    def open(cls, folder: Path, shape: CorpusShape) -> "TokenTable":
        """What `write_tokens` wrote there for a table of this shape."""
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        columns = [
            [_open_column(folder, side, code) for code in shape.languages] for side in range(len(about["sides"]))
        ]
        return cls(shape, columns, about["padding"], about["sides"])

    def row(self, side: int, language: str, row: int) -> np.ndarray:
        """Token ids of one text, int32; none where it is missing."""
        column = self._columns[side][self.shape.languages.index(language)]
        return column.ids[column.starts[row] : column.starts[row + 1]]

    def fetch(self, batch: Batch, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Token ids of one side of a batch end to end, each row in the language planned for it, and their lengths."""
        languages = (batch.queries, batch.passages, *batch.negatives.T)[side]
        starts, lengths = np.empty(len(batch), dtype=np.int64), np.empty(len(batch), dtype=np.int64)
        shown = np.unique(languages).tolist()
        for code in shown:
            where = np.flatnonzero(languages == code)
            of = self._columns[side][code].starts
            starts[where] = of[batch.rows[where]]
            lengths[where] = of[batch.rows[where] + 1] - starts[where]
        ends = np.cumsum(lengths)
        found = np.empty(ends[-1], dtype=np.int64)
        # place p of a row's ids stands at its start + p: a running number less the row's place in the batch
        source = np.arange(ends[-1]) + np.repeat(starts - (ends - lengths), lengths)
        for code in shown:
            inside = slice(None) if len(shown) == 1 else np.repeat(languages == code, lengths)
            found[inside] = self._columns[side][code].ids[source[inside]]
        return found, lengths


def write_tokens(table: AlignedTable, tokenization: Tokenization, folder: Path, *, of: str, progress: Progress) -> None:
    """Tokenize all texts of a table to a folder, column by column, a chunk in memory at a time.

    What is already there for the same tokenization and the same `of`, which tells the table from others, is not done
    again. Says how many texts were cut.
    """
    wanted = content_hash([tokenization.fingerprint(), of])
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about["fingerprint"] == wanted:
            return
    except (OSError, ValueError, KeyError):
        pass
    sides = []
    with progress.task("tokenizing", (NEGATIVES + table.negatives) * len(table.languages)) as advance:
        for side in range(NEGATIVES + table.negatives):
            texts = cut = 0
            for code in table.languages:
                one = _write_column(table, tokenization, folder, side, code)
                texts, cut = texts + one[0], cut + one[1]
                advance(1)
            sides.append({"side": side_name(side), "texts": texts, "cut": cut})
    for side, limit in ((QUERY, tokenization.limits[0]), (PASSAGE, tokenization.limits[1])):
        if sides[side]["cut"]:
            share = f"{sides[side]['cut']:,} of {sides[side]['texts']:,} texts"
            progress.say(f"{sides[side]['side']}: {share} are longer than {limit} tokens and were cut")
    about = {"fingerprint": wanted, "padding": tokenization.padding, "limits": tokenization.limits, "sides": sides}
    write_json(folder / ABOUT, about)


def _write_column(table: AlignedTable, how: Tokenization, folder: Path, side: int, code: str) -> tuple[int, int]:
    """One column to two files; how many texts it has, and how many of them were cut."""
    folder.mkdir(parents=True, exist_ok=True)
    starts = np.zeros(len(table) + 1, dtype=np.int64)
    cut = 0
    with written_aside(folder / f"{side}.{code}.ids") as new, new.open("wb") as file:
        for first in range(0, len(table), CHUNK):
            rows = np.arange(first, min(first + CHUNK, len(table)))
            ids, lengths, cut_here = how.tokenize(table.texts(side, code, rows), side)
            file.write(ids.tobytes())
            starts[rows + 1] = lengths
            cut += cut_here
    texts = int(np.count_nonzero(starts))
    with written_aside(folder / f"{side}.{code}.starts.npy") as new:
        np.save(new, np.cumsum(starts), allow_pickle=False)
    return texts, cut


def _open_column(folder: Path, side: int, code: str) -> TokenColumn:
    path = folder / f"{side}.{code}.ids"
    ids = np.memmap(path, dtype=np.int32, mode="r") if path.stat().st_size else np.zeros(0, dtype=np.int32)
    return TokenColumn(ids, np.load(folder / f"{side}.{code}.starts.npy"))


@dataclass(frozen=True)
class TokenBatches:
    """Batches of tokens as features, for each column.

    For a static encoder `input_ids`, all ids in one row, and `offsets` of the texts; for others `input_ids` and
    `attention_mask`, shape (rows, longest), padded to the longest text of the batch. `token_dropout`: each id is left
    out with this probability; a text that would lose all keeps one, and of padded texts first and last stay, which are
    special tokens. It is a training-time regulariser: the encoder cannot lean on any one word. What is left out of a
    text depends on `seed` and the numbers of batch and row alone, so processes that share a batch leave out what one
    would.
    """

    tokens: TokenTable
    token_dropout: float = 0.0
    seed: int = 0

    @property
    def shape(self) -> CorpusShape:
        """What a plan needs to know."""
        return self.tokens.shape

    def fetch(self, batch: Batch) -> dict[str, Any]:
        """The features of a batch, int64 tensors."""
        import torch

        padding = self.tokens.padding
        features: dict[str, Any] = {}
        for side in range(NEGATIVES + batch.negatives.shape[1]):
            ids, lengths = self.tokens.fetch(batch, side)
            if self.token_dropout:
                keys = key_of(self.seed, batch.number, side, batch.rows)
                ids, lengths = _drop(ids, lengths, self.token_dropout, keys, framed=padding is not None)
            name = side_name(side)
            if padding is None:
                features[f"{name}_input_ids"] = torch.from_numpy(ids)
                features[f"{name}_offsets"] = torch.from_numpy(np.cumsum(lengths) - lengths)
            else:
                mask = np.arange(max(1, lengths.max())) < lengths[:, None]
                padded = np.full(mask.shape, padding, dtype=np.int64)
                padded[mask] = ids
                features[f"{name}_input_ids"] = torch.from_numpy(padded)
                features[f"{name}_attention_mask"] = torch.from_numpy(mask.astype(np.int64))
        return features


def _drop(
    ids: np.ndarray, lengths: np.ndarray, share: float, keys: np.ndarray, *, framed: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Ids and lengths after dropout by the keys of the texts; `framed`: the first and last of a text are not words."""
    text_of = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    chance = key_of(keys[text_of], np.arange(len(ids)) - starts[text_of]) * 2.0**-64
    kept = chance >= share
    if framed:
        there = lengths > 0
        kept[starts[there]] = kept[(starts + lengths - 1)[there]] = True
    emptied = (lengths > 0) & (np.bincount(text_of[kept], minlength=len(lengths)) == 0)
    for text in np.flatnonzero(emptied):
        kept[starts[text] + np.argmax(chance[starts[text] : starts[text] + lengths[text]])] = True
    return ids[kept], np.bincount(text_of[kept], minlength=len(lengths))
