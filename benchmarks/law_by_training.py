"""Does the law hold where ratio, first-epoch loss and performance belong to one run?

    python benchmarks/law_by_training.py FOLDER RUNS.json

FOLDER is what `training_sets.py` wrote, RUNS.json what `training_runs.py` wrote. Performance is
minus the bits a byte of held-out records. Each way of choosing is compared with random sets of the
same pool. The law is fitted to all runs, each pool having its own intercept. Draws
docs/images/training-runs.png.
"""

from __future__ import annotations

import json
import statistics
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from common import significant, write_result
from entropylaw import Corpus, EntropyLawFit, compression_ratio, conditional_sizes
from entropylaw.errors import LawWarning

Run = dict[str, Any]

JUDGES = ("zlib:9", "zstd:6:long", "lzma:6")
BASES = ("random", "random, again")
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "training-runs.png"


def bits(run: Run) -> float:
    """Return the bits a byte of all held-out records."""
    return float(run["bits_per_byte"]["all"])


def over_random(runs: Sequence[Run], run: Run, source: str) -> float:
    """Return how many more bits a byte a run costs than random sets of its pool do on average."""
    drawn = [r for r in runs if r["pool"] == run["pool"] and r["way"] in BASES]
    usual = statistics.mean(r["bits_per_byte"][source] for r in drawn)
    return significant(run["bits_per_byte"][source] - usual, 3)


def by_way(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return what each way of choosing comes to, over the pools."""
    rows = []
    for way in dict.fromkeys(run["way"] for run in runs):
        own = [run for run in runs if run["way"] == way]
        rows.append(
            {
                "way": way,
                "pools": len(own),
                "records": round(statistics.mean(r["records"] for r in own)),
                "ratios": {
                    judge: significant(statistics.mean(r["ratios"][judge] for r in own))
                    for judge in JUDGES
                },
                "first_epoch_loss": significant(statistics.mean(r["epoch_losses"][0] for r in own)),
                "last_epoch_loss": significant(statistics.mean(r["epoch_losses"][-1] for r in own)),
                "bits_per_byte": significant(statistics.mean(map(bits, own))),
                "over_random": {
                    source: [over_random(runs, run, source) for run in own]
                    for source in own[0]["bits_per_byte"]
                },
            }
        )
    return rows


def by_source(folder: Path, runs: Sequence[Run]) -> dict[str, Any]:
    """Return how redundant each source is, and what a compressor makes of its held-out records.

    That is the bits that each byte costs one who knows a set, for the sets of the first pool.
    """
    texts = Corpus((folder / "texts.bin").read_bytes(), np.load(folder / "offsets.npy"))
    sources = np.array(json.loads((folder / "sources.json").read_text(encoding="utf-8")))
    held_out = np.load(folder / "held_out.npy")
    trained = {run["way"] for run in runs}
    first = [
        one
        for one in json.loads((folder / "sets.json").read_text(encoding="utf-8"))
        if one["pool"] == runs[0]["pool"] and one["way"] in trained
    ]
    found = {}
    for source in np.unique(sources).tolist():
        records = texts.take(np.flatnonzero(sources == source))
        asked = texts.take(held_out[sources[held_out] == source])
        found[source] = {
            "ratios": {judge: significant(compression_ratio(records, judge)) for judge in JUDGES},
            "compressor_bits_per_byte": {
                one["way"]: significant(
                    8
                    * conditional_sizes(
                        asked, texts.take(np.array(one["rows"])), "zstd:6:long"
                    ).sum()
                    / asked.total_bytes
                )
                for one in first
            },
        }
    return found


def fitted(runs: Sequence[Run], judge: str, predictors: Any) -> dict[str, Any]:
    """Fit the law, and return what a reader should know."""
    table = {
        "performance": [-bits(run) for run in runs],
        "compression_ratio": [run["ratios"][judge] for run in runs],
        "first_epoch_loss": [run["epoch_losses"][0] for run in runs],
        "group": [f"pool {run['pool']}" for run in runs],
    }
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LawWarning)
        law = EntropyLawFit(predictors=predictors, covariance="hc3").fit(table)
    low, high = law.conf_int()
    kept = [name in ("compression_ratio", "first_epoch_loss") for name in law.coef_names_]
    return {
        "judge": judge,
        "predictors": predictors,
        "runs": len(runs),
        "slopes": {
            name: {
                "estimate": significant(b, 3),
                "low": significant(lo, 3),
                "high": significant(hi, 3),
            }
            for name, b, lo, hi, keep in zip(
                law.coef_names_, law.coef_.tolist(), low.tolist(), high.tolist(), kept, strict=True
            )
            if keep
        },
        "r_squared": significant(law.result_.regression.quality.r2, 3),
        "leave_one_out": {score.name: significant(score.rmse, 3) for score in law.loo_},
        "warnings": sorted({str(w.message).partition(".")[0] for w in caught}),
    }


def draw(runs: Sequence[Run]) -> None:
    """Draw bits a byte over each predictor, one colour a way."""
    figure = Figure(figsize=(13, 4.6), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    ways = list(dict.fromkeys(run["way"] for run in runs))
    of_run = [
        ("compression ratio, zlib:9", lambda run: run["ratios"]["zlib:9"]),
        ("compression ratio, zstd:6:long", lambda run: run["ratios"]["zstd:6:long"]),
        ("first-epoch loss, nats a byte", lambda run: run["epoch_losses"][0]),
    ]
    for ax, (label, value) in zip(axes, of_run, strict=True):
        for number, way in enumerate(ways):
            own = [run for run in runs if run["way"] == way]
            ax.scatter(
                [value(run) for run in own],
                [bits(run) for run in own],
                color=f"C{number % 10}",
                marker="os^v"[number // 10],
                s=28,
                label=way,
            )
        ax.set_xlabel(label)
    axes[0].set_ylabel("bits a byte of held-out records")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    figure.savefig(PICTURE, dpi=110)


def main() -> None:
    folder, file = map(Path, sys.argv[1:])
    made = json.loads(file.read_text(encoding="utf-8"))
    runs = made["runs"]
    once = [run for run in runs if "each" not in run["way"]]
    fits = [
        {"sets": label} | fitted(some, judge, predictors)
        for label, some in (("all", runs), ("without repeats", once))
        for judge in JUDGES
        for predictors in ("both", "ratio", "loss")
        if predictors != "loss" or judge == JUDGES[0]
    ]
    apart = []
    for pool in sorted({run["pool"] for run in runs}):
        one, other = (bits(r) for r in runs if r["pool"] == pool and r["way"] in BASES)
        apart.append(significant(abs(one - other), 3))
    write_result(
        "law_by_training",
        {key: value for key, value in made.items() if key != "runs"}
        | {
            "pools": len({run["pool"] for run in runs}),
            "parameters": runs[0]["parameters"],
            "set_bytes": round(statistics.mean(run["bytes"] for run in runs)),
            "random_sets_apart": apart,
            "ways": by_way(runs),
            "sources": by_source(folder, runs),
            "fits": fits,
            "runs": [
                {key: value for key, value in run.items() if key not in ("bytes", "parameters")}
                for run in runs
            ],
        },
    )
    draw(runs)


if __name__ == "__main__":
    main()
