"""Options of the guards: which records are looked for, from which limit on, and the action."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, Self, TypeAlias

from entropylaw.types import Action
from entropylaw.validation import choice, number, seed

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

AllGuards: TypeAlias = Literal["warn", "drop"]
"""The same action for every guard but the one against near-duplicates."""

_SHARES = (
    "near_similarity",
    "template_share",
    "encoded_share",
    "mojibake_share",
    "repeated_share",
)
_POSITIVE = ("noise_deviations", "repetitive_deviations", "shuffled_bits")
_ACTION_HINT = '"warn" lists what was caught and leaves it in.'


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Guards:
    """Action of each guard: ``"off"``, ``"warn"`` (list what it caught) or ``"drop"``.

    Wherever guards are accepted, ``"warn"`` and ``"drop"`` stand for that action of all guards
    but `near`; see `Guards.of`.

    Parameters
    ----------
    exact : {"warn", "off", "drop"}
        The same bytes as an earlier record, at any distance.
    normalised : {"warn", "off", "drop"}
        Equal to an earlier record except for case, punctuation, white space and Unicode forms
        (NFKC).
    near : {"off", "warn", "drop"}
        Similar to an earlier record; needs the extra ``entropylaw[near]``.
    noise : {"warn", "off", "drop"}
        Compresses far less than records of its script and length.
    repetitive : {"warn", "off", "drop"}
        Compresses far more than records of its script and length.
    template : {"warn", "off", "drop"}
        The same text as other records, with a few words changed.
    shuffled : {"warn", "off", "drop"}
        Letters, or words of the pool, in random order.
    encoded : {"warn", "off", "drop"}
        Base64 or hexadecimal.
    mojibake : {"warn", "off", "drop"}
        Text decoded with the wrong encoding.
    repeated_lines : {"warn", "off", "drop"}
        The same lines or sentences repeated.
    near_similarity : float, default 0.8
        Jaccard similarity of the runs of three words of two records; above 0, at most 1.
    noise_deviations : float, default 3.0
        Robust standard deviations below the median; positive.
    repetitive_deviations : float, default 4.0
        Robust standard deviations above the median; positive.
    template_share : float, default 0.7
        Share of words in runs of five that at least one record in 500 of a sample contains.
    shuffled_bits : float, default 0.8
        Bits per pair of neighbouring words that their order saves, compared with words farther
        apart; positive.
    encoded_share : float, default 0.3
        Share of bytes.
    mojibake_share : float, default 0.1
        Share of the bytes beyond ASCII.
    repeated_share : float, default 0.5
        Share of words; the first of equal lines counts as new.
    random_state : int, default 0
        Seed of the samples that records are judged by.

    Raises
    ------
    ConfigError
        If an action is unknown or a limit is out of range.

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
            self._set(guard, choice(guard, getattr(self, guard), Action, hint=_ACTION_HINT))
        for limit in _SHARES:
            self._set(limit, number(limit, getattr(self, limit), above=0, at_most=1))
        for limit in _POSITIVE:
            self._set(limit, number(limit, getattr(self, limit), above=0))
        self._set("random_state", seed("random_state", self.random_state))

    @classmethod
    def all(cls, action: Action, *, near: Action = "off") -> Self:
        """Return guards that all have the same action, except `near`, which needs an extra.

        Parameters
        ----------
        action : {"off", "warn", "drop"}
            Of every guard but `near`.
        near : {"off", "warn", "drop"}
            Of the guard against near-duplicates.
        """
        action = choice("action", action, Action, hint=_ACTION_HINT)
        return cls(**dict.fromkeys(GUARDS, action) | {"near": near})  # type: ignore[arg-type]

    @classmethod
    def of(cls, value: Guards | AllGuards | None) -> Guards | None:
        """Return the guards that an option names.

        Parameters
        ----------
        value : Guards, "warn", "drop" or None
            A word is the action of all guards but `near`; None stays None.

        Raises
        ------
        ConfigError
            If the value is anything else.

        Examples
        --------
        >>> Guards.of("drop") == Guards.all("drop")
        True
        """
        if value is None or isinstance(value, Guards):
            return value
        hint = 'Or guards=Guards(encoded="drop") for single guards.'
        return cls.all(choice("guards", value, AllGuards, hint=hint))

    def action(self, guard: str) -> Action:
        """Return the action of a guard.

        Raises
        ------
        ConfigError
            If there is no such guard.
        """
        action: Action = getattr(self, choice("guard", guard, GUARDS))
        return action

    def on(self, *guards: str) -> bool:
        """Return whether any of these guards is on."""
        return any(self.action(guard) != "off" for guard in guards)

    def __repr__(self) -> str:
        changed = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)
            if getattr(self, field.name) != field.default
        ]
        return f"Guards({', '.join(changed)})"

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
