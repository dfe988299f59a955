"""The saved state of a stream: JSON and plain arrays in a zip file, without pickle."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import Any, Literal, cast

import numpy as np
from pydantic import Field, NonNegativeInt, ValidationError

from entropylaw import __version__
from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.errors import CompressorVersionWarning, ConfigError, InputError, warn
from entropylaw.io.files import PathLike, atomic_write
from entropylaw.io.render import Render
from entropylaw.json_model import JsonModel, first_error
from entropylaw.stream.memory import PARTS
from entropylaw.stream.tally import Cost, StreamTally
from entropylaw.types import OnError

_FUNCTION = "function "


class StreamOptions(JsonModel):
    """Options of a stream, with defaults filled in."""

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


class _Head(JsonModel):
    """The JSON member of the file.

    `ratios` holds the number of ratios by length bin, `contents` the bytes of each part of the
    memory; the ratios and parts themselves are concatenated in the other members.
    """

    format: Literal["entropylaw.stream/1"] = "entropylaw.stream/1"
    entropylaw: str
    options: StreamOptions
    tally: StreamTally
    ratios: dict[int, NonNegativeInt]
    contents: list[NonNegativeInt] = Field(min_length=PARTS, max_length=PARTS)


@dataclass(frozen=True, slots=True)
class State:
    """Everything that determines the coming decisions of a stream.

    Attributes
    ----------
    options : StreamOptions
        Its options.
    tally : StreamTally
        Its totals.
    ratios : mapping
        The last ratios, oldest first, by length bin.
    contents : sequence of bytes
        The parts of the memory, the largest first.
    """

    options: StreamOptions
    tally: StreamTally
    ratios: Mapping[int, Sequence[float]]
    contents: Sequence[bytes]


def write_state(path: PathLike, state: State) -> None:
    """Write a state atomically; equal states give equal files."""
    head = _Head(
        entropylaw=__version__,
        options=state.options,
        tally=state.tally,
        ratios={bin_: len(ratios) for bin_, ratios in state.ratios.items()},
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
    """Read a state.

    Raises
    ------
    InputError
        If the file is not a saved stream, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            head = _Head.model_validate_json(archive.read("head.json"))
            ratios = np.load(io.BytesIO(archive.read("ratios.npy")), allow_pickle=False)
            contents = archive.read("contents.bin")
    except ValidationError as error:
        raise InputError(_not_a_state(path, first_error(error))) from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as error:
        raise InputError(_not_a_state(path, str(error))) from error
    counts = head.ratios
    if ratios.shape != (sum(counts.values()),) or len(contents) != sum(head.contents):
        raise InputError(_not_a_state(path, "its members do not match"))
    return State(
        head.options,
        head.tally,
        dict(zip(counts, _cut(ratios.tolist(), counts.values()), strict=True)),
        _cut(contents, head.contents),
    )


def same_compressor(given: str | Compressor | None, saved: StreamOptions) -> Compressor:
    """Return the compressor that a stream was saved with.

    Raises
    ------
    ConfigError
        If another is given.

    Warns
    -----
    CompressorVersionWarning
        If its version is another.
    """
    compressor = get_compressor(saved.compressor if given is None else given)
    if compressor.name != saved.compressor:
        raise ConfigError(
            f"compressor: expected {saved.compressor!r}, which the stream was saved with; saw "
            f"{compressor.name!r}, whose sizes are not comparable. Try without compressor=, or "
            "start a new stream and pass the kept records to remember().",
            parameters=("compressor",),
        )
    version = describe(compressor).version
    if version != saved.compressor_version:
        warn(
            f"the stream was saved with {saved.compressor_version}; this is {version}. Sizes may "
            "differ, and so may decisions, from those without the interruption.",
            CompressorVersionWarning,
        )
    return compressor


def same_render(given: Render, saved: StreamOptions) -> Render:
    """Return the render option that a stream was saved with; ConfigError if another is given."""
    if saved.render.startswith(_FUNCTION):
        return cast("Render", _function("render", given, saved.render))
    _check_same("render", given, saved.render)
    return None if saved.render == "auto" or saved.text is not None else saved.render


def same_cost(given: Cost | None, saved: StreamOptions) -> Cost:
    """Return the cost option that a stream was saved with; ConfigError if another is given."""
    if saved.cost.startswith(_FUNCTION):
        return cast("Cost", _function("cost", given, saved.cost))
    _check_same("cost", given, saved.cost)
    return cast("Cost", saved.cost)


def _check_same(option: str, given: object, saved: str) -> None:
    if given not in (None, saved):
        raise ConfigError(
            f"{option}: expected {saved!r}, which the stream was saved with; saw {given!r}. "
            f"Try without {option}=.",
            parameters=(option,),
        )


def _function(option: Literal["render", "cost"], given: object, name: str) -> object:
    if not callable(given):
        raise ConfigError(
            f"{option}: expected the {name}, which the stream was saved with and a file cannot "
            f"hold; saw {given!r}. Try {option}= with that function.",
            parameters=(option,),
        )
    return given


def _cut(whole: Any, lengths: Iterable[int]) -> list[Any]:
    """Return consecutive parts of these lengths."""
    ends = list(accumulate(lengths, initial=0))
    return [whole[start:end] for start, end in pairwise(ends)]


def _not_a_state(path: PathLike, why: str) -> str:
    return f"{path}: expected a file that ZipStream.save wrote; saw another: {why}."
