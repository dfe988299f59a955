"""The options of a fit, and the check that a value is one of them."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from entropylaw.errors import ConfigError, FormError

Form: TypeAlias = Literal["linear", "logarithmic", "interaction", "constrained"]
"""How performance depends on compression ratio and loss; see `entropylaw.law.design`."""

Predictors: TypeAlias = Literal["both", "ratio", "loss"]
"""Which of the two quantities of the law are used."""

Covariance: TypeAlias = Literal["auto", "classical", "hc3", "bootstrap", "wild-bootstrap"]
"""Where standard errors come from; "auto" is classical, or bootstrap for the constrained form."""

Robust: TypeAlias = Literal["huber"]
"""How outlying runs are held down."""

Interval: TypeAlias = Literal["confidence", "prediction"]
"""An interval for the mean of many runs, or for one new run."""


def check_choice(
    name: str, value: object, alias: object, *, error: type[ConfigError] = ConfigError
) -> None:
    """Raise `error` unless `value` is one of the strings of the Literal `alias`."""
    allowed = get_args(alias)
    if value not in allowed:
        expected = ", ".join(repr(a) for a in allowed)
        raise error(
            f"{name}: expected one of {expected}; saw {value!r}. Try {name}={allowed[0]!r}."
        )


def check_level(level: float) -> None:
    """Raise ConfigError unless `level` lies strictly between 0 and 1."""
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise ConfigError(
            f"level: expected a number between 0 and 1; saw {level!r}. Try level=0.95."
        )


def check_fit_options(
    *,
    form: Form,
    predictors: Predictors,
    covariance: Covariance,
    robust: Robust | None,
    group_intercepts: bool,
    n_boot: int,
    random_state: int,
) -> None:
    """Raise ConfigError or FormError where an option, or a pair of them, cannot work."""
    check_choice("form", form, Form, error=FormError)
    check_choice("predictors", predictors, Predictors)
    check_choice("covariance", covariance, Covariance)
    if robust is not None:
        check_choice("robust", robust, Robust)
    if not isinstance(group_intercepts, bool):
        raise ConfigError(f"group_intercepts: expected True or False; saw {group_intercepts!r}.")
    _check_whole("n_boot", n_boot, least=100, suggestion=2000)
    _check_whole("random_state", random_state, least=0, suggestion=0)
    if form == "interaction" and predictors != "both":
        raise FormError(
            "form='interaction' needs both predictors: it is their product that it adds; "
            f"saw predictors={predictors!r}. Try form='linear'."
        )
    if form == "constrained" and robust is not None:
        raise FormError(
            "form='constrained' is fitted by least squares only; saw "
            f"robust={robust!r}. Try robust=None, or form='linear' with robust={robust!r}."
        )
    if form == "constrained" and covariance in ("classical", "hc3"):
        raise FormError(
            "the covariance of a sign-constrained fit has no closed form (an estimate may sit on "
            f"its bound); saw covariance={covariance!r}. Try covariance='bootstrap'."
        )
    if robust is not None and covariance == "hc3":
        raise ConfigError(
            f"covariance='hc3' is for least squares; saw robust={robust!r}. "
            "Try covariance='wild-bootstrap'."
        )


def _check_whole(name: str, value: object, *, least: int, suggestion: int) -> None:
    """Raise ConfigError unless `value` is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(
            f"{name}: expected a whole number of at least {least}; saw {value!r}. "
            f"Try {name}={suggestion}."
        )
