"""Guards: what is looked for in a pool, from where on it counts, and what is done about it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Self, get_args

from entropylaw.errors import ConfigError
from entropylaw.types import Action

GUARDS = (
    "exact",
    "normalised",
    "near",
    "noise",
    "repetitive",
    "template",
    "shuffled",
    "encoded",
    "mojibake",
    "repeated_lines",
)
"""The guards, in the order in which they report."""

_UP_TO_ONE = (
    "near_similarity",
    "template_share",
    "encoded_share",
    "mojibake_share",
    "repeated_share",
)
_POSITIVE = ("noise_deviations", "repetitive_deviations", "shuffled_bits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What each guard does: ``"off"``, ``"warn"`` (list what it caught) or ``"drop"``.

    Parameters
    ----------
    exact : {"warn", "off", "drop"}
        The same bytes as an earlier record, however far away.
    normalised : {"warn", "off", "drop"}
        The same as an earlier record but for case, punctuation, white space and the forms of
        Unicode (NFKC).
    near : {"off", "warn", "drop"}
        Much the same as an earlier record; needs the extra ``entropylaw[near]``.
    noise : {"warn", "off", "drop"}
        Compresses far less than records of its script and length.
    repetitive : {"warn", "off", "drop"}
        Compresses far more than records of its script and length.
    template : {"warn", "off", "drop"}
        The same frame as other records, with a few words changed.
    shuffled : {"warn", "off", "drop"}
        Letters, or words of the pool, in an order that tells nothing.
    encoded : {"warn", "off", "drop"}
        Base64 or hexadecimal.
    mojibake : {"warn", "off", "drop"}
        Decoded by the wrong table.
    repeated_lines : {"warn", "off", "drop"}
        The same lines or sentences again and again.
    near_similarity : float, default 0.8
        Share of runs of three words that two records have in common; above 0, at most 1.
    noise_deviations : float, default 3.0
        Robust standard deviations below the median; positive.
    repetitive_deviations : float, default 4.0
        Robust standard deviations above the median; positive.
    template_share : float, default 0.7
        Share of words in runs of five that one record in 500 of a sample has too.
    shuffled_bits : float, default 0.8
        Bits that neighbouring words save in describing each other, compared with words farther
        apart; per pair, positive.
    encoded_share : float, default 0.3
        Share of bytes.
    mojibake_share : float, default 0.1
        Share of the bytes beyond ASCII.
    repeated_share : float, default 0.5
        Share of words; the first of equal lines counts as new.
    random_state : int, default 0
        Of the samples that records are judged by.

    Raises
    ------
    ConfigError
        If an action is unknown or a limit cannot work.

    Examples
    --------
    >>> Guards(encoded="drop").encoded
    'drop'
    >>> Guards.all("drop").on("noise")
    True
    """

    exact: Action = "warn"
    normalised: Action = "warn"
    near: Action = "off"
    noise: Action = "warn"
    repetitive: Action = "warn"
    template: Action = "warn"
    shuffled: Action = "warn"
    encoded: Action = "warn"
    mojibake: Action = "warn"
    repeated_lines: Action = "warn"
    near_similarity: float = 0.8
    noise_deviations: float = 3.0
    repetitive_deviations: float = 4.0
    template_share: float = 0.7
    shuffled_bits: float = 0.8
    encoded_share: float = 0.3
    mojibake_share: float = 0.1
    repeated_share: float = 0.5
    random_state: int = 0

    def __post_init__(self) -> None:
        for guard in GUARDS:
            _check_action(guard, self.action(guard))
        for limit in _UP_TO_ONE:
            _check_limit(limit, getattr(self, limit), most=1.0)
        for limit in _POSITIVE:
            _check_limit(limit, getattr(self, limit))
        state = self.random_state
        if isinstance(state, bool) or not isinstance(state, int) or state < 0:
            raise ConfigError(
                f"random_state: expected a whole number of at least 0; saw {state!r}. "
                "Try random_state=0.",
                parameters=("random_state",),
            )

    @classmethod
    def all(cls, action: Action, *, near: Action = "off") -> Self:
        """Return guards that all do the same; `near` is said by itself, as it needs an extra.

        Parameters
        ----------
        action : {"off", "warn", "drop"}
            Of every guard but `near`.
        near : {"off", "warn", "drop"}
            Of the guard against near-duplicates.
        """
        _check_action("action", action)
        return cls(
            exact=action,
            normalised=action,
            near=near,
            noise=action,
            repetitive=action,
            template=action,
            shuffled=action,
            encoded=action,
            mojibake=action,
            repeated_lines=action,
        )

    def action(self, guard: str) -> Action:
        """Return what a guard does."""
        if guard not in GUARDS:
            raise ConfigError(f"no guard {guard!r}. There are: {', '.join(GUARDS)}.")
        action: Action = getattr(self, guard)
        return action

    def on(self, *guards: str) -> bool:
        """Return whether any of these guards looks."""
        return any(self.action(guard) != "off" for guard in guards)

    def __repr__(self) -> str:
        told = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)
            if getattr(self, field.name) != field.default
        ]
        return f"Guards({', '.join(told)})"


def _check_action(name: str, action: object) -> None:
    if action not in get_args(Action):
        raise ConfigError(
            f'{name}: expected "off", "warn" or "drop"; saw {action!r}. '
            '"warn" lists what was caught and leaves it in.',
            parameters=(name,),
        )


def _check_limit(name: str, limit: object, *, most: float = math.inf) -> None:
    """Raise ConfigError unless a limit is a finite number above 0 and at most `most`."""
    number = limit if isinstance(limit, int | float) and not isinstance(limit, bool) else math.nan
    if not (math.isfinite(number) and 0 < number <= most):
        upper = f" and at most {most:g}" if math.isfinite(most) else ""
        raise ConfigError(
            f"{name}: expected a number above 0{upper}; saw {limit!r}.", parameters=(name,)
        )
