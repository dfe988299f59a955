"""The progress bar of a selection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from entropylaw.progress import with_bar
from entropylaw.selection.costs import Spending
from entropylaw.selection.round import Round


def rounds_with_bar(
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
    return with_bar(
        rounds,
        label="select",
        total=budget,
        unit=spending.unit.removesuffix("s"),
        size=lambda one: int(spending.cost_of(one.rows).sum()),
        progress=progress,
        notes=lambda one: {"ratio": f"{one.ratio:.3f}"},
    )
