"""The state of a stream as a file: JSON and plain arrays in a zip, without pickle."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from entropylaw import __version__
from entropylaw.errors import InputError
from entropylaw.io.files import PathLike, atomic_write
from entropylaw.types import OnError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Options(_Frozen):
    """What the user asked for, with defaults settled."""

    keep: float | None
    budget: int | None
    expected: int | None
    horizon: int
    cost: str
    compressor: str
    compressor_version: str
    recent_bytes: int
    render: str
    text: str | tuple[str, ...] | None
    on_error: OnError


class Counts(_Frozen):
    """What the stream has done: those of `entropylaw.stream.stream.Tally`, and of the pace."""

    seen: NonNegativeInt
    kept: NonNegativeInt
    empty: NonNegativeInt
    skipped: NonNegativeInt
    seen_bytes: NonNegativeInt
    kept_bytes: NonNegativeInt
    added_bytes: NonNegativeInt
    seen_cost: NonNegativeInt
    kept_cost: NonNegativeInt


class Head(_Frozen):
    """The JSON member of the file.

    `scores` holds the number of scores by band of length, `contents` the bytes of each part of
    the memory; what they count stands end to end in the other members.
    """

    format: Literal["entropylaw.stream/1"] = "entropylaw.stream/1"
    entropylaw: str
    options: Options
    counts: Counts
    scores: dict[int, NonNegativeInt]
    contents: list[NonNegativeInt]


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides what a stream does next.

    Attributes
    ----------
    options, counts
        What was asked for, and what was done.
    scores : mapping
        The last scores, oldest first, by band of length.
    contents : sequence of bytes
        The parts of the memory, the largest first.
    """

    options: Options
    counts: Counts
    scores: Mapping[int, Sequence[float]]
    contents: Sequence[bytes]


def write_state(path: PathLike, state: State) -> None:
    """Write the file whole or not at all; the same state gives the same file."""
    head = Head(
        entropylaw=__version__,
        options=state.options,
        counts=state.counts,
        scores={band: len(scores) for band, scores in state.scores.items()},
        contents=[len(content) for content in state.contents],
    )
    scores = io.BytesIO()
    np.save(scores, np.array([*chain.from_iterable(state.scores.values())], "<f8"))
    members = {
        "head.json": head.model_dump_json(indent=1).encode(),
        "scores.npy": scores.getvalue(),
        "contents.bin": b"".join(state.contents),
    }
    with atomic_write(path) as sink, zipfile.ZipFile(sink, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def read_state(path: PathLike) -> State:
    """Read such a file.

    Raises
    ------
    InputError
        If it is something else, or broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            head = Head.model_validate_json(archive.read("head.json"))
            scores = np.load(io.BytesIO(archive.read("scores.npy")), allow_pickle=False)
            contents = archive.read("contents.bin")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise InputError(_no_state(path, f"{where}: {first['msg']}")) from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as error:
        raise InputError(_no_state(path, str(error))) from error
    bands = head.scores
    if scores.shape != (sum(bands.values()),) or len(contents) != sum(head.contents):
        raise InputError(_no_state(path, "its parts do not belong together"))
    return State(
        head.options,
        head.counts,
        dict(zip(bands, _cut(scores.tolist(), bands.values()), strict=True)),
        _cut(contents, head.contents),
    )


def _cut(whole: Any, lengths: Iterable[int]) -> list[Any]:
    """Return runs of these lengths, end to end."""
    ends = list(accumulate(lengths, initial=0))
    return [whole[start:end] for start, end in pairwise(ends)]


def _no_state(path: PathLike, why: str) -> str:
    return f"{path} is no saved stream: {why}. Expected what ZipStream.save wrote."
