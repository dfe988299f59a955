"""The tables of law_by_training.json: the ways of choosing, and the fits of the law."""

from __future__ import annotations

from typing import Any

from pages import table


def law_by_training(result: dict[str, Any]) -> str:
    """Return all tables of law_by_training.json."""
    tables = (made_by(result), ways(result), sources(result), known(result), fits(result))
    return "\n\n".join(tables)


def made_by(result: dict[str, Any]) -> str:
    """Return how the models were trained, in a sentence or two."""
    recipe = result["recipe"]
    apart = " and ".join(f"{one:.3f}" for one in result["random_sets_apart"])
    return (
        f"Trained on one {result['device']}, PyTorch {result['torch']}: "
        f"{result['parameters'] / 1e6:.1f} million parameters, {recipe['epochs']} epochs of "
        f"{result['set_bytes'] / 1e6:.1f} MB, {len(result['runs'])} runs over {result['pools']} "
        f"pools. Two random sets of one pool end {apart} bits a byte apart."
    )


def ways(result: dict[str, Any]) -> str:
    """Return what each way of choosing comes to, beside random sets of the same pools."""
    return table(
        [
            "chosen by",
            "records",
            "ratio, zlib:9",
            "ratio, zstd:6:long",
            "first-epoch loss",
            "last-epoch loss",
            "bits a byte",
            "over random, by pool",
        ],
        [
            [
                way["way"],
                f"{way['records']:,}",
                f"{way['ratios']['zlib:9']:.2f}",
                f"{way['ratios']['zstd:6:long']:.2f}",
                f"{way['first_epoch_loss']:.3f}",
                f"{way['last_epoch_loss']:.3f}",
                f"{way['bits_per_byte']:.3f}",
                _signed(way["over_random"]["all"]),
            ]
            for way in result["ways"]
        ],
    )


def sources(result: dict[str, Any]) -> str:
    """Return the bits a byte over random, source by source."""
    names = [name for name in result["ways"][0]["over_random"] if name != "all"]
    return table(
        ["bits a byte over random, by pool", *("_".join(name.split("_")[:2]) for name in names)],
        [
            [way["way"], *(_signed(way["over_random"][name]) for name in names)]
            for way in result["ways"]
        ],
    )


def known(result: dict[str, Any]) -> str:
    """Return how redundant each source is, and what sets tell a compressor of it."""
    ways = [way["way"] for way in result["ways"]]
    return table(
        ["`zstd:6:long`", "ratio of all records", *(f"bits given: {way}" for way in ways)],
        [
            [
                "_".join(source.split("_")[:2]),
                f"{found['ratios']['zstd:6:long']:.2f}",
                *(f"{found['compressor_bits_per_byte'][way]:.2f}" for way in ways),
            ]
            for source, found in result["sources"].items()
        ],
    )


def fits(result: dict[str, Any]) -> str:
    """Return the fits of the law."""
    return table(
        [
            "sets",
            "ratio by",
            "slope of ratio",
            "slope of first-epoch loss",
            "R²",
            "leave-one-out error",
            "of no predictor",
        ],
        [
            [
                f"{fit['sets']}, {fit['runs']} runs",
                "" if fit["predictors"] == "loss" else f"`{fit['judge']}`",
                _slope(fit["slopes"].get("compression_ratio")),
                _slope(fit["slopes"].get("first_epoch_loss")),
                f"{fit['r_squared']:.2f}",
                f"{fit['leave_one_out']['this law']:.3f}",
                f"{fit['leave_one_out']['no predictor']:.3f}",
            ]
            for fit in result["fits"]
            if not fit["judge"].startswith("lzma")  # as with the other long memory
        ],
    )


def _signed(values: list[float]) -> str:
    return ", ".join(f"{value:+.3f}" for value in values)


def _slope(found: dict[str, float] | None) -> str:
    if found is None:
        return ""
    return f"{found['estimate']:+.3g} ({found['low']:+.3g} to {found['high']:+.3g})"
