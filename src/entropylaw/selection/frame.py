"""The chosen records as a data frame: a row for each, in the order chosen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, get_args

import numpy as np

from entropylaw.errors import ConfigError, MissingExtraError
from entropylaw.selection.quotas import Groups
from entropylaw.types import AnyArray, FrameLibrary


def columns_of(picks: AnyArray, groups: Groups | None) -> dict[str, AnyArray]:
    """Return the columns of the frame of a selection.

    Parameters
    ----------
    picks : structured array, dtype PICK
        What was chosen.
    groups : Groups or None
        The group of each record of the pool.
    """
    columns = {
        "order": np.arange(len(picks)),
        "row": picks["row"].copy(),
        "round": picks["round"].astype(np.int64),
        "bytes": picks["own_raw"].copy(),
    }
    for name in ("own", "union", "pack"):
        columns[f"{name}_ratio"] = picks[f"{name}_raw"] / np.maximum(picks[f"{name}_size"], 1)
    if groups is not None:
        columns["group"] = np.array(groups.names, object)[groups.codes[picks["row"]]]
    return columns


def framed(columns: Mapping[str, AnyArray], library: FrameLibrary) -> Any:
    """Return columns as a frame of a library.

    Raises
    ------
    ConfigError
        If the library is none of those known.
    MissingExtraError
        If it is not installed.
    """
    if library not in get_args(FrameLibrary):
        either = ", ".join(f'"{name}"' for name in get_args(FrameLibrary))
        raise ConfigError(f"library must be one of {either}, got {library!r}.")
    try:
        module = import_module(library)
    except ImportError as error:
        raise MissingExtraError(library, extra=None, purpose="to_frame()") from error
    return module.table(columns) if library == "pyarrow" else module.DataFrame(columns)
