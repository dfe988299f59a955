"""A progress bar on stderr; tqdm is loaded only if a bar is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TypeVar

T = TypeVar("T")


def with_bar(
    steps: Iterable[T],
    *,
    label: str,
    total: int | None,
    unit: str,
    size: Callable[[T], int],
    progress: bool | None,
    notes: Callable[[T], Mapping[str, str]] | None = None,
) -> Iterator[T]:
    """Return the steps of a computation, which show on stderr how much of it is done.

    Parameters
    ----------
    steps : iterable
        Results of the steps, made while they are iterated over.
    label : str
        Name of the computation.
    total : int or None
        End of the bar; None if unknown, and then no remaining time is shown.
    unit : str
        Of `total` and `size`; ``"B"`` is shown in kB, MB and so on.
    size : callable
        From a step to its part of `total`.
    progress : bool or None
        Whether to show the bar; None: only on a terminal or in a notebook.
    notes : callable, optional
        From a step to values shown after the bar.

    Examples
    --------
    >>> list(with_bar("abc", label="spell", total=3, unit="letter", size=len, progress=False))
    ['a', 'b', 'c']
    """
    if not (_interactive() if progress is None else progress):
        return iter(steps)
    return _shown(steps, label, total, unit, size, notes)


def _shown(
    steps: Iterable[T],
    label: str,
    total: int | None,
    unit: str,
    size: Callable[[T], int],
    notes: Callable[[T], Mapping[str, str]] | None,
) -> Iterator[T]:
    """Yield the steps under a bar."""
    # Without ipywidgets, use the terminal's bar in a notebook too: tqdm.auto would warn.
    tqdm = import_module("tqdm" if find_spec("ipywidgets") is None else "tqdm.auto").tqdm
    with tqdm(total=total, unit=unit, unit_scale=unit == "B", desc=label) as bar:
        for step in steps:
            bar.update(size(step))
            if notes is not None:
                bar.set_postfix(notes(step), refresh=False)
            yield step


def _interactive() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
