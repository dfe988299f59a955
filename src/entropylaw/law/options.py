"""Options of a fit, and their validation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal, TypeAlias

from entropylaw.errors import ConfigError, FormError
from entropylaw.validation import choice, flag, integer, number, seed

Form: TypeAlias = Literal["linear", "logarithmic", "interaction", "constrained"]
"""How performance depends on compression ratio and loss; see `entropylaw.law.design`."""

Predictors: TypeAlias = Literal["both", "ratio", "loss"]
"""Which of ratio and loss enter the law."""

Covariance: TypeAlias = Literal["auto", "classical", "hc3", "bootstrap", "wild-bootstrap"]
"""Source of the standard errors; "auto" is classical, or bootstrap for the constrained form."""

Robust: TypeAlias = Literal["huber"]
"""How outlying runs are downweighted."""

Interval: TypeAlias = Literal["confidence", "prediction"]
"""An interval for the mean of many runs, or for one new run."""


def checked_level(level: object) -> float:
    """Return a confidence level as a float; raise ConfigError unless it is above 0 and below 1."""
    return number("level", level, above=0, below=1, hint="Try level=0.95.")


def check_names(names: Iterable[str], *, known: Collection[str]) -> None:
    """Raise ConfigError for the first name that is not an option."""
    for name in names:
        if name not in known:
            raise ConfigError(
                f"set_params: expected one of {', '.join(known)}; saw {name!r}.",
                parameters=(name,),
            )


def checked_fit_options(
    *,
    form: object,
    predictors: object,
    covariance: object,
    robust: object,
    group_intercepts: object,
    n_boot: object,
    random_state: object,
) -> dict[str, Any]:
    """Return the options of a fit, normalised.

    Raises
    ------
    ConfigError, FormError
        If an option, or a combination of them, is not valid.
    """
    options = {
        "form": choice("form", form, Form, error=FormError),
        "predictors": choice("predictors", predictors, Predictors),
        "covariance": choice("covariance", covariance, Covariance),
        "robust": None if robust is None else choice("robust", robust, Robust),
        "group_intercepts": flag("group_intercepts", group_intercepts),
        "n_boot": integer("n_boot", n_boot, at_least=100, hint="Try n_boot=2000."),
        "random_state": seed("random_state", random_state),
    }
    _check_combination(
        options["form"], options["predictors"], options["covariance"], options["robust"]
    )
    return options


def _check_combination(
    form: Form, predictors: Predictors, covariance: Covariance, robust: Robust | None
) -> None:
    if form == "interaction" and predictors != "both":
        raise FormError(
            "predictors: expected 'both' with form='interaction', which adds their product; "
            f"saw {predictors!r}. Try form='linear'.",
            parameters=("form", "predictors"),
        )
    if form == "constrained" and robust is not None:
        raise FormError(
            "robust: expected None with form='constrained', which is fitted by least squares; saw "
            f"{robust!r}. Try robust=None, or form='linear' with robust={robust!r}.",
            parameters=("form", "robust"),
        )
    if form == "constrained" and covariance in ("classical", "hc3"):
        raise FormError(
            "covariance: expected a bootstrap with form='constrained', whose covariance has no "
            f"closed form (an estimate may lie on its bound); saw {covariance!r}. "
            "Try covariance='bootstrap'.",
            parameters=("form", "covariance"),
        )
    if robust is not None and covariance == "hc3":
        raise ConfigError(
            f"covariance: expected another than 'hc3' with robust={robust!r}, since HC3 is "
            "defined for least squares; saw 'hc3'. Try covariance='wild-bootstrap'.",
            parameters=("covariance", "robust"),
        )
