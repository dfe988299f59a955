"""The law's regression on public tables of real runs; what it finds, and what that shows.

Usage: python benchmarks/law_on_real_runs.py FOLDER

FOLDER holds scaling_104runs.csv (pre-training runs: loss and task accuracy), regmix_train_1m.csv
(proxy runs: losses by domain) and alpacaeval_models_dev.csv (chat models: ratio of their outputs
and win rate). None has the paper's three quantities for one run. Draws docs/images/real-runs.png.
"""

from __future__ import annotations

import csv
import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common import write_result
from entropylaw.errors import LawWarning
from entropylaw.law import EntropyLawFit
from entropylaw.law.options import Predictors

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def fit(
    name: str,
    rows: list[Row],
    *,
    performance: Callable[[Row], float],
    ratio: Callable[[Row], float] | None = None,
    loss: Callable[[Row], float] | None = None,
    group: str | None = None,
    ax: Axes | None = None,
) -> dict[str, object]:
    """Fit the law with one predictor or both, and return what a reader should know."""
    runs: dict[str, list[object]] = {"performance": [performance(row) for row in rows]}
    if ratio is not None:
        runs["compression_ratio"] = [ratio(row) for row in rows]
    if loss is not None:
        runs["first_epoch_loss"] = [loss(row) for row in rows]
    if group is not None:
        runs["group"] = [row[group] for row in rows]
    predictors: Predictors = "both" if ratio and loss else "ratio" if ratio else "loss"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LawWarning)
        law = EntropyLawFit(predictors=predictors, covariance="hc3").fit(runs)
    low, high = law.conf_int()
    if ax is not None:
        law.plot(ax)
        ax.set_title(name, fontsize=9)
    return {
        "fit": name,
        "runs": len(rows),
        "predictors": predictors,
        "coefficients": {
            label: {"estimate": b, "std_err_hc3": s, "low": lo, "high": hi}
            for label, b, s, lo, hi in zip(
                law.coef_names_,
                law.coef_.tolist(),
                law.std_err_.tolist(),
                low.tolist(),
                high.tolist(),
                strict=True,
            )
        },
        "r_squared": law.result_.regression.quality.r2,
        "leave_one_out": {score.name: score.rmse for score in law.loo_},
        "warnings": sorted({str(w.message) for w in caught}),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    scaling = read(folder / "scaling_104runs.csv")
    regmix = read(folder / "regmix_train_1m.csv")
    chat = [r for r in read(folder / "alpacaeval_models_dev.csv") if r["ae2_win_rate"]]
    controlled = [r for r in chat if r["ae2_lc_win_rate"]]
    others = [c for c in regmix[0] if c.startswith("loss_") and c != "loss_pile_cc"]

    def accuracy(row: Row) -> float:
        return float(row["mean_accuracy_all_tasks"])

    def chat_ratio(row: Row) -> float:
        return float(row["zlib9_ratio"])

    figure = Figure(figsize=(13, 4), layout="constrained")
    axes = figure.subplots(1, 3)
    fits = [
        fit(
            "scaling: accuracy on exp(-loss)",
            scaling,
            performance=accuracy,
            loss=lambda r: math.exp(-float(r["loss_c4_val"])),
            ax=axes[0],
        ),
        fit(
            "scaling: accuracy on loss",
            scaling,
            performance=accuracy,
            loss=lambda r: float(r["loss_c4_val"]),
        ),
        fit(
            "scaling: accuracy on loss, an intercept for each data set",
            scaling,
            performance=accuracy,
            loss=lambda r: float(r["loss_c4_val"]),
            group="dataset",
        ),
        fit(
            "regmix: minus mean loss of 12 domains on loss of Pile-CC",
            regmix,
            performance=lambda r: -sum(float(r[c]) for c in others) / len(others),
            loss=lambda r: float(r["loss_pile_cc"]),
            ax=axes[1],
        ),
        fit(
            "alpacaeval: win rate on ratio of outputs",
            chat,
            performance=lambda r: float(r["ae2_win_rate"]),
            ratio=chat_ratio,
        ),
        fit(
            "alpacaeval: length-controlled win rate on ratio of outputs",
            controlled,
            performance=lambda r: float(r["ae2_lc_win_rate"]),
            ratio=chat_ratio,
            ax=axes[2],
        ),
    ]
    write_result("law_on_real_runs", {"fits": fits})
    figure.savefig(Path(__file__).parents[1] / "docs" / "images" / "real-runs.png", dpi=90)


if __name__ == "__main__":
    main()
