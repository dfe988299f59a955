"""Conformance checks for compressors, built-in and third-party.

``check_compressor(mine)`` runs them all. In a test suite, each check is a test of its own::

    @pytest.mark.parametrize("check", compressor_checks(Mine(), Mine(level=3)))
    def test_conforms(check):
        check()

Its ids read ``Mine(level=3):check_pickles``. A check that does not apply is skipped by name:
``skip=["check_rebuilt_from_name"]``. Checks of optional features that a compressor does not offer
(priming, threads) are not run for it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from entropylaw.compressors import Compressor, PrimingCompressor
from entropylaw.errors import ConfigError
from entropylaw.testing import checks

__all__ = ["BoundCheck", "check_compressor", "compressor_checks"]

Check = Callable[[Compressor], None]


def check_compressor(compressor: Compressor, *, skip: Iterable[str] = ()) -> None:
    """Run every check on a compressor.

    Parameters
    ----------
    compressor : Compressor
        An instance.
    skip : iterable of str
        Names of checks to skip.

    Raises
    ------
    AssertionError
        If a check fails; lists every check that failed, and why.
    ConfigError
        If `skip` names no check.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> check_compressor(Zlib(level=6))
    """
    failures = []
    for check in compressor_checks(compressor, skip=skip):
        try:
            check()
        except AssertionError as failure:
            failures.append(failure)
    if failures:
        raise AssertionError("\n".join(map(str, failures))) from failures[0]


def compressor_checks(*compressors: Compressor, skip: Iterable[str] = ()) -> tuple[BoundCheck, ...]:
    """Return each check that applies to each compressor, ready for ``pytest.mark.parametrize``.

    Parameters
    ----------
    *compressors : Compressor
        Instances.
    skip : iterable of str
        Names of checks to skip.

    Raises
    ------
    ConfigError
        If `skip` names no check.

    Examples
    --------
    >>> from entropylaw.compressors import Lz4
    >>> print(compressor_checks(Lz4(level=9))[0].__name__)
    Lz4(level=9):check_name
    """
    skipped = _checked_names(skip)
    return tuple(
        BoundCheck(check, compressor)
        for compressor in compressors
        for check in _checks_for(compressor)
        if check.__name__ not in skipped
    )


@dataclass(frozen=True, slots=True)
class BoundCheck:
    """One check of one compressor; call it to run it.

    Attributes
    ----------
    check : callable
        Takes the compressor.
    compressor : Compressor
        The compressor to check.
    """

    check: Check
    compressor: Compressor

    @property
    def __name__(self) -> str:
        """Test id in pytest, such as ``"Lz4(level=9):check_pickles"``."""
        return f"{self.compressor!r}:{self.check.__name__}"

    def __call__(self) -> None:
        """Run the check; raise AssertionError if it fails."""
        try:
            self.check(self.compressor)
        except Exception as error:
            fault = error if isinstance(error, AssertionError) else f"raised {error!r}"
            raise AssertionError(f"{self.__name__}: {fault}") from error


def _checks_for(compressor: Compressor) -> Sequence[Callable[..., None]]:
    found: list[Callable[..., None]] = [*checks.OF_ALL]
    if getattr(compressor, "releases_gil", False):
        found += checks.OF_THREADS
    if isinstance(compressor, PrimingCompressor):
        found += checks.OF_PRIMING
    return found


def _checked_names(skip: Iterable[str]) -> set[str]:
    every = (*checks.OF_ALL, *checks.OF_THREADS, *checks.OF_PRIMING)
    names, known = set(skip), [check.__name__ for check in every]
    for name in sorted(names.difference(known)):
        close = difflib.get_close_matches(name, known, n=1) or known
        raise ConfigError(
            f"skip: expected names of checks; saw {name!r}. Did you mean {close[0]!r}?",
            parameters=("skip",),
        )
    return names
