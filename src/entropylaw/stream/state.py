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
from pydantic import Field, NonNegativeInt, ValidationError

from entropylaw import __version__
from entropylaw.errors import InputError
from entropylaw.io.files import PathLike, atomic_write
from entropylaw.json_model import JsonModel, first_error
from entropylaw.stream.memory import PARTS
from entropylaw.stream.tally import StreamTally
from entropylaw.types import OnError


class Options(JsonModel):
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


class Head(JsonModel):
    """The JSON member of the file.

    `ratios` holds the number of ratios by band of length, `contents` the bytes of each part of
    the memory; what they count stands end to end in the other members.
    """

    format: Literal["entropylaw.stream/1"] = "entropylaw.stream/1"
    entropylaw: str
    options: Options
    tally: StreamTally
    ratios: dict[int, NonNegativeInt]
    contents: list[NonNegativeInt] = Field(min_length=PARTS, max_length=PARTS)


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides what a stream does next.

    Attributes
    ----------
    options, tally
        What was asked for, and what was done.
    ratios : mapping
        The last ratios, oldest first, by band of length.
    contents : sequence of bytes
        The parts of the memory, the largest first.
    """

    options: Options
    tally: StreamTally
    ratios: Mapping[int, Sequence[float]]
    contents: Sequence[bytes]


def write_state(path: PathLike, state: State) -> None:
    """Write the file whole or not at all; the same state gives the same file."""
    head = Head(
        entropylaw=__version__,
        options=state.options,
        tally=state.tally,
        ratios={band: len(ratios) for band, ratios in state.ratios.items()},
        contents=[len(content) for content in state.contents],
    )
    ratios = io.BytesIO()
    np.save(ratios, np.array([*chain.from_iterable(state.ratios.values())], "<f8"))
    members = {
        "head.json": head.model_dump_json(indent=1).encode(),
        "ratios.npy": ratios.getvalue(),
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
            ratios = np.load(io.BytesIO(archive.read("ratios.npy")), allow_pickle=False)
            contents = archive.read("contents.bin")
    except ValidationError as error:
        raise InputError(_no_state(path, first_error(error))) from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as error:
        raise InputError(_no_state(path, str(error))) from error
    bands = head.ratios
    if ratios.shape != (sum(bands.values()),) or len(contents) != sum(head.contents):
        raise InputError(_no_state(path, "its parts do not belong together"))
    return State(
        head.options,
        head.tally,
        dict(zip(bands, _cut(ratios.tolist(), bands.values()), strict=True)),
        _cut(contents, head.contents),
    )


def _cut(whole: Any, lengths: Iterable[int]) -> list[Any]:
    """Return runs of these lengths, end to end."""
    ends = list(accumulate(lengths, initial=0))
    return [whole[start:end] for start, end in pairwise(ends)]


def _no_state(path: PathLike, why: str) -> str:
    return f"{path} is no saved stream: {why}. Expected what ZipStream.save wrote."
