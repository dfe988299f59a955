"""One-sided tests of the two deductions of the entropy law: both slopes are below 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from entropylaw.law.design import Design
from entropylaw.law.least_squares import t_below
from entropylaw.law.result import LawResult
from entropylaw.render.result import TableResult
from entropylaw.render.tables import Table, number


@dataclass(frozen=True)
class Deduction:
    """Evidence for one of the two deductions of the law: a slope below 0.

    Attributes
    ----------
    statement : str
        The deduction in words.
    coefficient : str
        Name of the slope.
    slope, std_err, t : float
    p_value : float
        One-sided: the probability of a slope as low or lower if the true slope were 0.
    bootstrap_probability : float or None
        Share of bootstrap draws below 0, if the law was fitted with a bootstrap covariance.
    level : float
        Confidence level of the verdict.
    """

    statement: str
    coefficient: str
    slope: float
    std_err: float
    t: float
    p_value: float
    bootstrap_probability: float | None
    level: float

    @property
    def verdict(self) -> Literal["supported", "contradicted", "undecided"]:
        """Conclusion from these runs at `level`; "undecided" is not evidence against it."""
        if self.p_value < 1 - self.level:
            return "supported"
        if self.p_value > self.level:
            return "contradicted"
        return "undecided"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with the verdict."""
        return {**self.__dict__, "verdict": self.verdict}


@dataclass(frozen=True, repr=False)
class Deductions(TableResult):
    """Tests of the deductions whose slopes a fit estimates; prints as a table.

    Attributes
    ----------
    tests : tuple of Deduction
    note : str
        Assumptions of the tests.
    """

    tests: tuple[Deduction, ...]
    note: str

    def __iter__(self) -> Iterator[Deduction]:
        return iter(self.tests)

    def __len__(self) -> int:
        return len(self.tests)

    def __getitem__(self, index: int) -> Deduction:
        return self.tests[index]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"tests": [test.to_dict() for test in self.tests], "note": self.note}

    def _headline(self) -> str:
        return ", ".join(f"{test.coefficient}: {test.verdict}" for test in self.tests)

    def _table(self) -> Table:
        headers = ("deduction", "slope", "std err", "p (one-sided)", "boot P(<0)", "verdict")
        rows = [
            (
                test.statement,
                number(test.slope),
                number(test.std_err),
                number(test.p_value),
                "-" if test.bootstrap_probability is None else number(test.bootstrap_probability),
                test.verdict,
            )
            for test in self.tests
        ]
        return Table.of(headers, rows, note=self.note)

    def _columns(self) -> Mapping[str, Any]:
        rows = [test.to_dict() for test in self.tests]
        names = [*Deduction.__dataclass_fields__, "verdict"]
        return {name: [row[name] for row in rows] for name in names}


def sign_tests(design: Design, result: LawResult, *, level: float) -> Deductions:
    """Test each slope of `result` against 0, one-sided.

    Parameters
    ----------
    design : Design
    result : LawResult
        Of an unconstrained fit: a slope constrained to be at most 0 cannot be tested for it.
    level : float
        Confidence level of the verdicts.
    """
    words = {
        design.ratio_column: "performance falls with ratio"
        + (" (loss held)" if design.loss_column is not None else ""),
        design.loss_column: "performance falls with loss"
        + (" (ratio held)" if design.ratio_column is not None else ""),
    }
    tests = []
    for column in design.slope_columns:
        slope, std_err = float(result.coef[column]), float(result.std_err[column])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = float(np.float64(slope) / std_err)
        tests.append(
            Deduction(
                statement=words[column],
                coefficient=design.names[column],
                slope=slope,
                std_err=std_err,
                t=t,
                p_value=float(t_below(t, result.df)),
                bootstrap_probability=(
                    None if result.draws is None else float(np.mean(result.draws[:, column] < 0))
                ),
                level=level,
            )
        )
    return Deductions(tuple(tests), _note(design, result))


def _note(design: Design, result: LawResult) -> str:
    """Return the assumptions of the tests."""
    parts = [f"Covariance: {result.covariance_name}; {result.df} degrees of freedom."]
    if design.used == "ratio":
        parts.append("Without the loss, consistency is not held: this slope mixes both deductions.")
    if design.used == "loss":
        parts.append("Without the ratio, this slope mixes both deductions.")
    if design.form == "interaction":
        parts.append("Slopes are those at the average run.")
    if len(design.slope_columns) == 2:
        parts.append("The law assumes equal consistency; the regression can hold only the loss.")
    return " ".join(parts)
