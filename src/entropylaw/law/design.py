"""Forms of the law: from ratio, loss and group to the columns of a regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

import numpy as np

from entropylaw.errors import RunsError
from entropylaw.law.options import Form, Predictors
from entropylaw.law.run_table import RunTable
from entropylaw.types import FloatArray

Used: TypeAlias = Predictors | Literal["none"]
"""Predictors of a design; "none" is the baseline with intercepts only."""


@dataclass(frozen=True)
class Design:
    """Performance as a linear function of terms in ratio R, loss L and group.

    ============== ==========================================================
    form           performance is a sum of
    ============== ==========================================================
    linear         intercept, R, L
    constrained    the same, with slopes of at most 0
    logarithmic    intercept, ln R, ln L
    interaction    intercept, R, L, (R - mean R)(L - mean L)
    ============== ==========================================================

    and of one constant for every group after the first (in sorted order). The product is centred,
    so the slopes of R and L are those at the average run.
    """

    form: Form
    used: Used
    groups: tuple[str, ...]
    group_shares: tuple[float, ...]
    center: tuple[float, float]

    @classmethod
    def of(cls, table: RunTable, *, form: Form, used: Used, group_intercepts: bool) -> Self:
        """Return the design of these runs.

        Raises
        ------
        RunsError
            If there are too few runs, or a column is constant or a combination of others.
        """
        groups = tuple(sorted(set(table.group or ()))) if group_intercepts else ()
        if len(groups) < 2:
            groups = ()
        shares = tuple(float(np.mean([g == name for g in table.group or ()])) for name in groups)
        center = (float(table.ratio.mean()), float(table.loss.mean()))
        design = cls(form, used, groups, shares, center)
        design._check_columns(table)
        return design

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients, in order."""
        log = self.form == "logarithmic"
        ratio = "log(compression_ratio)" if log else "compression_ratio"
        loss = "log(first_epoch_loss)" if log else "first_epoch_loss"
        slopes = {"both": (ratio, loss), "ratio": (ratio,), "loss": (loss,), "none": ()}[self.used]
        product = ("compression_ratio:first_epoch_loss",) if self._has_product else ()
        return ("intercept", *slopes, *product, *(f"group[{name}]" for name in self.groups[1:]))

    @property
    def ratio_column(self) -> int | None:
        """Column of the slope of the compression ratio."""
        return 1 if self.used in ("both", "ratio") else None

    @property
    def loss_column(self) -> int | None:
        """Column of the slope of the first-epoch loss."""
        return {"both": 2, "loss": 1}.get(self.used)

    @property
    def slope_columns(self) -> tuple[int, ...]:
        """Columns of the slopes of ratio and loss, which are below 0 according to the law."""
        return tuple(c for c in (self.ratio_column, self.loss_column) if c is not None)

    @property
    def _has_product(self) -> bool:
        return self.form == "interaction" and self.used == "both"

    def matrix(
        self, ratio: FloatArray, loss: FloatArray, group: Sequence[str] | None = None
    ) -> FloatArray:
        """Return the design matrix.

        Parameters
        ----------
        ratio, loss : array of float, shape (n,)
            Compression ratio (raw / compressed) and first-epoch loss; unused ones may be NaN.
        group : sequence of str, optional
            Group of each row. Without it, every row has the average over the fitted runs.

        Returns
        -------
        array of float, shape (n, len(names))
        """
        columns = [np.ones(len(ratio))]
        if self.used in ("both", "ratio"):
            columns.append(np.log(ratio) if self.form == "logarithmic" else ratio)
        if self.used in ("both", "loss"):
            columns.append(np.log(loss) if self.form == "logarithmic" else loss)
        if self._has_product:
            columns.append((ratio - self.center[0]) * (loss - self.center[1]))
        for name, share in zip(self.groups[1:], self.group_shares[1:], strict=True):
            if group is None:
                columns.append(np.full(len(ratio), share))
            else:
                columns.append(np.array([float(g == name) for g in group]))
        return np.column_stack(columns)

    def matrix_of(self, table: RunTable) -> FloatArray:
        """Return the design matrix of a table, after validation of its losses and groups."""
        if self.form == "logarithmic" and self.used in ("both", "loss"):
            for row in np.flatnonzero(table.loss <= 0).tolist():
                raise RunsError(
                    f"row {row} ({table.labels[row]!r}), column 'first_epoch_loss': expected a "
                    "loss above 0 for the logarithmic form; saw 0. Try form='linear'."
                )
        if not self.groups:
            return self.matrix(table.ratio, table.loss)
        for row, label in enumerate(table.labels):
            seen = None if table.group is None else table.group[row]
            if seen not in self.groups:
                raise RunsError(
                    f"row {row} ({label!r}), column 'group': expected one of the groups fitted "
                    f"({', '.join(self.groups)}); saw {seen!r}."
                )
        return self.matrix(table.ratio, table.loss, table.group)

    def _check_columns(self, table: RunTable) -> None:
        """Raise RunsError for too few runs, constant columns and linearly dependent columns."""
        n, p = len(table), len(self.names)
        if n < p:
            raise RunsError(
                f"runs: expected at least {p} for {p} coefficients ({', '.join(self.names)}), and "
                f"{p + 5} or more for useful intervals; saw {n}. "
                "Add runs, or try predictors='ratio' or group_intercepts=False."
            )
        columns = {"performance": table.performance}
        if self.used in ("both", "ratio"):
            columns["compression_ratio"] = table.ratio
        if self.used in ("both", "loss"):
            columns["first_epoch_loss"] = table.loss
        for name, values in columns.items():
            if n > 1 and np.ptp(values) == 0:
                other = {"compression_ratio": "loss", "first_epoch_loss": "ratio"}.get(name)
                hint = f", or try predictors={other!r}" if other else ""
                raise RunsError(
                    f"column {name!r}: expected different values; saw {values[0]:g} in all {n} "
                    f"runs. Add runs that differ in it{hint}."
                )
        matrix = self.matrix_of(table)
        lengths = np.linalg.norm(matrix, axis=0)
        lengths[lengths == 0] = 1.0
        if np.linalg.cond(matrix / lengths) > _MAX_CONDITION:
            raise RunsError(
                f"columns {', '.join(repr(name) for name in self.names[1:])}: expected linearly "
                f"independent columns; saw one that is a linear combination of the others in these "
                f"{n} runs. Add runs in which they vary separately, or try predictors='ratio' or "
                "group_intercepts=False."
            )


_MAX_CONDITION = 1e10
"""Condition number above which columns are linearly dependent up to rounding."""
