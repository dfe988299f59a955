"""The options with which a saved stream goes on: those it was saved with, checked."""

from __future__ import annotations

import warnings
from typing import Literal, cast

from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.errors import CompressorVersionWarning, ConfigError
from entropylaw.io.render import Render
from entropylaw.stream.cost import Cost
from entropylaw.stream.state import Options

_FUNCTION = "function "


def same_compressor(given: str | Compressor | None, asked: Options) -> Compressor:
    """Return the compressor that a stream was saved with.

    Raises
    ------
    ConfigError
        If another is given.

    Warns
    -----
    CompressorVersionWarning
        If it is another version of it.
    """
    compressor = get_compressor(asked.compressor if given is None else given)
    if compressor.name != asked.compressor:
        raise ConfigError(
            f"the stream was saved with compressor {asked.compressor!r}; sizes by "
            f"{compressor.name!r} cannot be compared with its own. Leave compressor= out, or "
            "begin a new stream and let it remember() what was kept."
        )
    version = describe(compressor).version
    if version != asked.compressor_version:
        warnings.warn(
            f"the stream was saved with {asked.compressor_version}, this is {version}: sizes may "
            "differ, so it may not decide as it would have without the interruption.",
            CompressorVersionWarning,
            stacklevel=3,
        )
    return compressor


def same_render(given: Render, asked: Options) -> Render:
    """Return the render option that a stream was saved with."""
    if asked.render.startswith(_FUNCTION):
        return cast("Render", _function("render", given, asked.render))
    if given not in (None, asked.render):
        raise ConfigError(f"the stream was saved with render={asked.render!r}. Leave render= out.")
    return None if asked.render == "auto" or asked.text is not None else asked.render


def same_cost(given: Cost | None, asked: Options) -> Cost:
    """Return the cost option that a stream was saved with."""
    if asked.cost.startswith(_FUNCTION):
        return cast("Cost", _function("cost", given, asked.cost))
    if given not in (None, asked.cost):
        raise ConfigError(f"the stream was saved with cost={asked.cost!r}. Leave cost= out.")
    return cast("Cost", asked.cost)


def _function(option: Literal["render", "cost"], given: object, name: str) -> object:
    if not callable(given):
        raise ConfigError(
            f"the stream was saved with {option}= the {name}, which a file cannot hold. Pass it "
            f"as {option}=."
        )
    return given
