"""From a budget as the user says it to a number of records."""

from __future__ import annotations

import math
import numbers

from entropylaw.errors import BudgetError, ConfigError


def checked_budget(budget: object) -> int | float:
    """Return a budget as an int (records) or a float (fraction of the pool).

    Raises
    ------
    BudgetError
        If it is neither a positive integer nor a fraction above 0 and up to 1.
    """
    if isinstance(budget, numbers.Integral) and not isinstance(budget, bool):
        if budget < 1:
            raise BudgetError(f"budget must be at least 1 record, got {budget}.")
        return int(budget)
    if isinstance(budget, numbers.Real) and not isinstance(budget, bool):
        fraction = float(budget)
        if math.isfinite(fraction) and 0 < fraction <= 1:
            return fraction
        raise BudgetError(
            f"a fractional budget must be above 0 and at most 1.0 (the whole pool), got {budget!r}."
            + (f" For a number of records write {int(fraction)}." if _whole(fraction) else "")
        )
    raise BudgetError(
        f"budget must be a number of records (int) or a fraction of the pool (float), "
        f"got {budget!r}."
    )


def records_of(budget: int | float, *, selectable: int, pool: int) -> int:
    """Return how many records to choose.

    Parameters
    ----------
    budget : int or float
        As `checked_budget` returned it.
    selectable : int
        Records that may be chosen.
    pool : int
        Records in the pool, of which a fraction is taken; at least one record.

    Raises
    ------
    BudgetError
        If there are not so many selectable records.
    """
    wanted = budget if isinstance(budget, int) else max(1, math.floor(budget * pool))
    if isinstance(budget, float) and budget == 1.0:
        wanted = selectable
    if wanted > selectable:
        others = pool - selectable
        why = f" ({others} more are empty or already owned)" if others else ""
        raise BudgetError(
            f"budget of {wanted} records, but the pool has only {selectable} to choose from{why}. "
            f"Use budget={selectable} or less, or budget=1.0 for all of them."
        )
    return wanted


def checked_stages(k1: object, k2: object, k3: object) -> None:
    """Raise ConfigError unless k1 >= k2 >= k3 >= 1, all integers."""
    for name, value in (("k1", k1), ("k2", k2), ("k3", k3)):
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
            raise ConfigError(f"{name} must be an integer of at least 1, got {value!r}.")
    assert isinstance(k1, numbers.Integral)
    assert isinstance(k2, numbers.Integral)
    assert isinstance(k3, numbers.Integral)
    if not k1 >= k2 >= k3:
        raise ConfigError(
            f"the stages narrow down, so k1 >= k2 >= k3 is expected; got k1={k1} (screened), "
            f"k2={k2} (shortlisted), k3={k3} (packed)."
        )


def _whole(value: float) -> bool:
    return math.isfinite(value) and value > 1 and value == int(value)
