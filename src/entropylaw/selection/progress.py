"""The progress bar of a selection; what draws it is loaded only when there is one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec

from entropylaw.selection.costs import Spending
from entropylaw.selection.round import Round


def with_bar(
    rounds: Iterable[Round], *, budget: int, spending: Spending, progress: bool | None
) -> Iterator[Round]:
    """Yield the rounds, and show on stderr how much of the budget is spent.

    Parameters
    ----------
    rounds : iterable of Round
        As they are made.
    budget : int
        Where the bar ends.
    spending : Spending
        What each record costs, and the unit.
    progress : bool or None
        Whether to show it; None: only on a terminal or in a notebook.
    """
    if not (_interactive() if progress is None else progress):
        yield from rounds
        return
    # Without ipywidgets a notebook gets the bar of a terminal; tqdm.auto would warn of that.
    tqdm = import_module("tqdm" if find_spec("ipywidgets") is None else "tqdm.auto").tqdm
    with tqdm(total=budget, unit=spending.unit.removesuffix("s"), desc="select") as bar:
        for one in rounds:
            bar.update(int(spending.cost_of(one.rows).sum()))
            bar.set_postfix(ratio=f"{one.ratio:.3f}", refresh=False)
            yield one


def _interactive() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
