"""Quotas: the share of the budget of each group of records."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from entropylaw.errors import ConfigError, InputError, QuotaError, concerning
from entropylaw.selection.limits import NO_LIMIT
from entropylaw.types import AnyArray, IntArray
from entropylaw.validation import (
    as_integer,
    as_number,
    choice,
    instance,
    integer,
    number,
    one_per_record,
)

Bound: TypeAlias = int | float | Mapping[str, int | float] | None
"""An int in the unit of the budget, a float as a share of it; one for all groups, or by group."""

EveryGroup: TypeAlias = Literal["pool", "equal"]
Shares: TypeAlias = EveryGroup | Mapping[str, int | float] | None

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Quotas:
    """Shares, minima and maxima of the groups in the budget.

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
                "quotas: expected shares, a minimum or a maximum; saw none. "
                'Try Quotas("pool"), Quotas("equal") or Quotas(maximum=0.5).'
            )
        if self.shares is not None and not (self.minimum is None and self.maximum is None):
            raise ConfigError(
                "quotas: expected shares (which divide the whole budget) or bounds; saw both. "
                "Try one of them.",
                parameters=("shares", "minimum", "maximum"),
            )
        object.__setattr__(self, "shares", _checked_shares(self.shares))
        for name in ("minimum", "maximum"):
            object.__setattr__(self, name, _checked_bound(name, getattr(self, name)))

    @classmethod
    def of(cls, name: str, value: object) -> Quotas:
        """Return quotas from quotas, or from the word for their shares.

        Raises
        ------
        ConfigError
            If it is neither.

        Examples
        --------
        >>> Quotas.of("quotas", "pool").shares
        'pool'
        """
        if isinstance(value, str):
            with concerning(ConfigError, name):
                return cls(choice(name, value, EveryGroup))
        return instance(name, value, cls, 'Quotas("pool") or "pool"')


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
    values = one_per_record("groups", values, count, noun="group")
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


def resolve_quotas(
    quotas: Quotas, groups: Groups, supply: IntArray, *, total: int, unit: str
) -> tuple[IntArray, IntArray]:
    """Return the minimum and the maximum of each group, in the unit of the budget.

    Parameters
    ----------
    quotas : Quotas
        As the caller stated them.
    groups : Groups
        The groups of the pool.
    supply : int64 array, shape (groups,)
        Total cost of the records of each group that may be chosen.
    total : int
        The budget.
    unit : str
        Of the budget, for messages.

    Raises
    ------
    QuotaError
        If the quotas cannot be met; names the group and the shortfall.
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


def _checked_shares(shares: Shares) -> Shares:
    if isinstance(shares, Mapping):
        checked = {
            str(group): number(f"the share of {group!r}", weight, at_least=0)
            for group, weight in shares.items()
        }
        if not sum(checked.values()) > 0:
            raise ConfigError(
                "shares: expected weights that add up to more than 0; saw a sum of 0.",
                parameters=("shares",),
            )
        return checked
    hint = 'Try "pool", "equal" or a mapping from groups to weights.'
    word: Shares = (
        None if shares is None else choice("shares", shares, ("pool", "equal"), hint=hint)
    )
    return word


def _checked_bound(name: str, bound: Bound) -> Bound:
    if bound is None:
        return None
    if isinstance(bound, Mapping):
        with concerning(ConfigError, name):
            return {
                str(group): _checked_amount(f"{name} of {group!r}", value)
                for group, value in bound.items()
            }
    return _checked_amount(name, bound)


def _checked_amount(name: str, value: object) -> int | float:
    """Return an amount as an int, or a share of the budget as a float."""
    whole = as_integer(value)
    if whole is not None:
        return integer(name, whole, at_least=0)
    real = as_number(value)
    hint = (
        f"A float is a share of the budget; for an amount try {int(real)}."
        if real and math.isfinite(real) and real > 1
        else ""
    )
    return number(name, value, at_least=0, at_most=1, hint=hint)


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
