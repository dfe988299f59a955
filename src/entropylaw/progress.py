"""A progress bar on stderr; what draws it is loaded only when there is one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Mapping
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
) -> Generator[T, None, None]:
    """Yield the steps of some work as they are done, and show on stderr how far it is.

    Parameters
    ----------
    steps : iterable
        Each is done once it is there.
    label : str
        What is done.
    total : int or None
        Where the bar ends; None if nobody knows, and then no time that is left is shown.
    unit : str
        Of `total` and `size`; ``"B"`` is shown in kB, MB and so on.
    size : callable
        From a step to how much of the total it is.
    progress : bool or None
        Whether to show the bar; None: only on a terminal or in a notebook.
    notes : callable, optional
        From a step to what is written behind the bar.

    Examples
    --------
    >>> list(with_bar("abc", label="spell", total=3, unit="letter", size=len, progress=False))
    ['a', 'b', 'c']
    """
    if not (_interactive() if progress is None else progress):
        yield from steps
        return
    # Without ipywidgets a notebook gets the bar of a terminal; tqdm.auto would warn of that.
    tqdm = import_module("tqdm" if find_spec("ipywidgets") is None else "tqdm.auto").tqdm
    with tqdm(total=total, unit=unit, unit_scale=unit == "B", desc=label) as bar:
        for step in steps:
            bar.update(size(step))
            if notes is not None:
                bar.set_postfix(notes(step), refresh=False)
            yield step


def _interactive() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
