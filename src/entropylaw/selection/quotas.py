"""Quotas: how much of the budget each group of records gets."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from entropylaw.errors import ConfigError, InputError, QuotaError
from entropylaw.selection.ledger import NO_LIMIT
from entropylaw.types import AnyArray, IntArray

Bound: TypeAlias = int | float | Mapping[str, int | float] | None
"""An int in the unit of the budget, a float as a share of it; one for all groups, or by group."""

Shares: TypeAlias = Literal["pool", "equal"] | Mapping[str, int | float] | None

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Quotas:
    """What each group of records gets of the budget.

    A group is named by the text of its value: ``"zh"``, ``"3"``, ``"None"``.

    Parameters
    ----------
    shares : "pool", "equal", mapping or None
        Divide the whole budget among the groups: as the pool is divided, equally, or by a
        weight for each group, 0 for none. Not together with `minimum` or `maximum`.
    minimum, maximum : int, float, mapping or None
        The least and the most a group gets: an int in the unit of the budget (records, tokens or
        bytes), a float up to 1.0 as a share of it; a mapping bounds the groups that it names.

    Raises
    ------
    ConfigError
        If shares are given with bounds, or a number cannot work.

    Examples
    --------
    >>> Quotas(minimum={"code": 0.2}, maximum=0.5).minimum
    {'code': 0.2}
    """

    shares: Shares = None
    minimum: Bound = None
    maximum: Bound = None

    def __post_init__(self) -> None:
        if self.shares is None and self.minimum is None and self.maximum is None:
            raise ConfigError(
                'Quotas needs shares="pool" (or "equal", or a weight for each group), or a '
                "minimum or maximum."
            )
        if self.shares is not None and not (self.minimum is None and self.maximum is None):
            raise ConfigError(
                "shares divide the whole budget, so minimum and maximum have no place beside "
                "them. Give either.",
                parameters=("shares", "minimum", "maximum"),
            )
        if isinstance(self.shares, str) and self.shares not in ("pool", "equal"):
            raise ConfigError(
                f'shares must be "pool", "equal" or a weight for each group, got {self.shares!r}.',
                parameters=("shares",),
            )
        if isinstance(self.shares, Mapping):
            for group, weight in self.shares.items():
                _check_number("shares", f"the share of {group!r}", weight, whole=False)
            if not sum(self.shares.values()) > 0:
                raise ConfigError(
                    "the shares of all groups together must be above 0.", parameters=("shares",)
                )
        for name, bound in (("minimum", self.minimum), ("maximum", self.maximum)):
            for group, value in _named(bound).items():
                what = f"{name} of {group!r}" if group else name
                _check_number(name, what, value, whole=True)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The group of each record, as a number.

    Attributes
    ----------
    names : tuple of str
        Group names, sorted.
    codes : int64 array, shape (n,)
        Place in `names` of each record's group.
    """

    names: tuple[str, ...]
    codes: IntArray

    def sums(self, amounts: IntArray) -> IntArray:
        """Return the sum of the amounts of each group's records; int64, shape (groups,)."""
        sums = np.zeros(len(self.names), np.int64)
        np.add.at(sums, self.codes, amounts)
        return sums

    def shares(self, amounts: IntArray, rows: IntArray) -> dict[str, float]:
        """Return the share of each group in the amounts of these rows, 0 to 1."""
        sums = np.bincount(self.codes[rows], amounts[rows], minlength=len(self.names))
        shares = sums / max(1, int(amounts[rows].sum()))
        return dict(zip(self.names, shares.tolist(), strict=True))


def groups_of(values: Sequence[object] | AnyArray, count: int) -> Groups:
    """Return the groups that the values name, one for each record.

    Raises
    ------
    InputError
        If there is not one value for each record, or one cannot be written as UTF-8.

    Examples
    --------
    >>> groups = groups_of(["b", "a", "b"], 3)
    >>> groups.names, groups.codes.tolist()
    (('a', 'b'), [1, 0, 1])
    """
    if len(values) != count:
        raise InputError(
            f"expected one group for each of the {count} records, got {len(values)}. "
            "Pass groups= as the name of a column, or a sequence as long as the pool."
        )
    codes_of: dict[str, int] = {}
    codes = np.fromiter(
        (codes_of.setdefault(str(value), len(codes_of)) for value in values), np.int64, count
    )
    names = sorted(codes_of)
    _check_written(names)
    place = {name: number for number, name in enumerate(names)}
    order = np.array([place[name] for name in codes_of], np.int64)
    placed: IntArray = order[codes]
    placed.setflags(write=False)
    return Groups(tuple(names), placed)


def settled_quotas(
    quotas: Quotas, groups: Groups, supply: IntArray, *, total: int, unit: str
) -> tuple[IntArray, IntArray]:
    """Return the least and the most that each group gets, in the unit of the budget.

    Parameters
    ----------
    quotas : Quotas
        What was asked for.
    groups : Groups
        The groups of the pool.
    supply : int64 array, shape (groups,)
        What all records of each group that may be chosen cost together.
    total : int
        The budget.
    unit : str
        Of the budget, for messages.

    Raises
    ------
    QuotaError
        If the quotas cannot be met; says which group is short, and of how much.
    """
    if quotas.shares is not None:
        low = high = _divided(quotas.shares, groups, supply, total)
    else:
        low = _bounds("minimum", quotas.minimum, groups, total, missing=0, round_to=math.ceil)
        high = _bounds(
            "maximum", quotas.maximum, groups, total, missing=NO_LIMIT, round_to=math.floor
        )
    _check_supply(groups, supply, low, unit)
    for name, least, most in zip(groups.names, low.tolist(), high.tolist(), strict=True):
        if least > most:
            raise QuotaError(
                f"group {name!r}: its minimum of {least:,} is above its maximum.",
                parameters=("quotas.minimum", "quotas.maximum"),
            )
    if int(low.sum()) > total:
        raise QuotaError(
            f"the minima of all groups are {int(low.sum()):,} {unit} together, more than the "
            f"budget of {total:,}. Lower them, or raise the budget.",
            parameters=("budget", "quotas.minimum"),
        )
    most = np.minimum(high, supply)
    if int(most.sum()) < total:
        _raise_too_little(groups, supply, high, total, unit)
    return (np.zeros_like(low) if quotas.shares is not None else low), high


def _check_written(names: Sequence[str]) -> None:
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise InputError(
                f"the group {name!r} has a lone surrogate, which UTF-8 cannot hold, so no manifest "
                "could name it. Rename the group."
            ) from None


def _divided(shares: Shares, groups: Groups, supply: IntArray, total: int) -> IntArray:
    """Return the budget divided by the largest remainder, so that the parts add up to it."""
    if isinstance(shares, Mapping):
        _check_names("shares", shares, groups)
        unnamed = [name for name in groups.names if name not in shares]
        if unnamed:
            raise QuotaError(
                f"shares name no weight for {_listed(unnamed)}. Give each group a weight; "
                "0 leaves it out.",
                parameters=("quotas.shares",),
            )
        weights = np.array([float(shares[name]) for name in groups.names])
    elif shares == "equal":
        weights = np.ones(len(groups.names))
    else:
        weights = supply.astype(np.float64)
    exact = total * weights / weights.sum()
    parts: IntArray = np.floor(exact).astype(np.int64)
    rest = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:rest]] += 1
    return parts


def _bounds(
    name: str,
    bound: Bound,
    groups: Groups,
    total: int,
    *,
    missing: int,
    round_to: Callable[[float], int],
) -> IntArray:
    values = np.full(len(groups.names), missing, np.int64)
    if isinstance(bound, Mapping):
        _check_names(name, bound, groups)
    for place, group in enumerate(groups.names):
        value = _named(bound).get(group if isinstance(bound, Mapping) else "")
        if value is not None:
            values[place] = value if isinstance(value, int) else round_to(round(value * total, 9))
    return values


def _named(bound: Bound) -> Mapping[str, int | float]:
    if bound is None:
        return {}
    return bound if isinstance(bound, Mapping) else {"": bound}


def _check_number(name: str, what: str, value: object, *, whole: bool) -> None:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not math.isfinite(float(value)) or float(value) < 0:  # type: ignore[arg-type]
        raise ConfigError(
            f"{what} must be a number of 0 or more, got {value!r}.", parameters=(name,)
        )
    if whole and isinstance(value, float) and value > 1:
        raise ConfigError(
            f"{what} is {value!r}: a float is a share of the budget, up to 1.0. "
            f"For an amount write {int(value)}.",
            parameters=(name,),
        )


def _check_names(name: str, named: Mapping[str, object], groups: Groups) -> None:
    unknown = [str(group) for group in named if group not in groups.names]
    if unknown:
        raise QuotaError(
            f"quotas name groups that the pool does not have: {_listed(unknown)}. "
            f"Groups seen: {_listed(list(groups.names))}.",
            parameters=(f"quotas.{name}",),
        )


def _check_supply(groups: Groups, supply: IntArray, low: IntArray, unit: str) -> None:
    short = [
        f"{name!r} has {have:,} of {want:,}"
        for name, have, want in zip(groups.names, supply.tolist(), low.tolist(), strict=True)
        if have < want
    ]
    if short:
        raise QuotaError(
            f"groups with less than their quota, in {unit} that may be chosen: "
            f"{'; '.join(short[:_NAMED])}{' ...' if len(short) > _NAMED else ''}. "
            "Lower the quota or the budget, or add records.",
            parameters=("budget", "quotas.shares", "quotas.minimum"),
        )


def _raise_too_little(
    groups: Groups, supply: IntArray, high: IntArray, total: int, unit: str
) -> None:
    at_most = [
        f"{name!r} {min(have, most):,}"
        for name, have, most in zip(groups.names, supply.tolist(), high.tolist(), strict=True)
    ]
    raise QuotaError(
        f"the maxima leave no more than {int(np.minimum(high, supply).sum()):,} {unit} of a budget "
        f"of {total:,}: {'; '.join(at_most[:_NAMED])}{' ...' if len(at_most) > _NAMED else ''}. "
        "Raise them, or lower the budget.",
        parameters=("budget", "quotas.maximum"),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_NAMED])) + (", ..." if len(names) > _NAMED else "")
