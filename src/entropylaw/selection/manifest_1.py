"""Manifests of format 1, read as format 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STAGES = ("k1", "k2", "k3", "variant", "packing", "screening", "target", "typicality")
"""Parameters that format 1 records for every selector, and only ZipSelector has."""

_WITH_COMPARE_WITHIN = ("OwnRatioSelector",)


def upgraded(old: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a manifest of format 2 from those of format 1.

    Format 1 does not record the random state of `RandomSelector` and `DedupSelector`; their
    options lack it, and `from_manifest` asks for it.

    Raises
    ------
    KeyError
        If something is missing.
    """
    asked = dict(old["parameters"])
    selector = asked.pop("selector", "ZipSelector")
    asked.pop("options", None)
    if selector != "ZipSelector":
        drop = _STAGES if selector in _WITH_COMPARE_WITHIN else (*_STAGES, "compare_within")
        asked = {name: value for name, value in asked.items() if name not in drop}
    return {
        "format": 2,
        "entropylaw": old["entropylaw"],
        "selector": selector,
        "options": _options(asked, old, selector),
        **{
            name: old[name]
            for name in (
                "compressor",
                "pool",
                "shapes",
                "initial_subset",
                "empty_records",
                "selected",
                "set_raw",
                "set_size",
            )
        },
        "digests": {
            **({} if old["weights"] is None else {"weights": old["weights"]}),
            **old.get("given", {}),
        },
        "left_out": old.get("left_out", {}),
        "skipped_records": old.get("skipped_records", 0),
        "outcomes": _outcomes(old),
    }


def _options(asked: dict[str, Any], old: Mapping[str, Any], selector: str) -> dict[str, Any]:
    """Return the options as format 2 records them."""
    options = dict(asked)
    budget = options["budget"]
    if isinstance(budget, Mapping):
        options["budget"] = (
            {"type": "Bytes", "amount": budget["amount"]}
            if budget["unit"] == "bytes"
            else {
                "type": "Tokens",
                "amount": budget["amount"],
                "counts": budget.get("counts"),
                "bytes_per_token": budget.get("bytes_per_token"),
                "tokenizer": _function(budget.get("tokenizer")),
            }
        )
    for name, kind in (("quotas", "Quotas"), ("quality", "Quality"), ("guards", "Guards")):
        if options.get(name) is not None:
            options[name] = {"type": kind, **options[name]}
    options["compressor"] = {"type": "compressor", "name": options["compressor"]}
    render = options.pop("render", "auto")
    text = options.get("text")
    if text is None and isinstance(render, str) and render.startswith("function "):
        options["render"] = _function(render.removeprefix("function "))
    elif text is None and render != "auto":
        options["render"] = render
    line = old.get("target")
    if line is not None and selector in ("ZipSelector", "TargetSelector"):
        options["target"] = {"type": "Target", "weight": line["weight"], "method": line["method"]}
    if options.get("screening") == "adaptive":
        options["screening"] = "lazy"
    return options


def _function(name: str | None) -> dict[str, str] | None:
    return None if name is None else {"type": "function", "name": name}


def _outcomes(old: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of format 1 as outcomes."""
    budget = old["budget"]
    outcomes = [
        {
            "control": "budget",
            "unit": budget["unit"],
            "asked": {"total": budget["total"], "counted by": budget["source"]},
            "pool": {"smallest left": budget["smallest_left"]},
            "chosen": {"amount": budget["spent"]},
        }
    ]
    outcomes += [
        {
            "control": "group",
            "item": line["name"],
            "unit": budget["unit"],
            "asked": {"minimum": line["minimum"], "maximum": line["maximum"]},
            "pool": {"records": line["pool_records"], "amount": line["pool"]},
            "chosen": {"records": line["records"], "amount": line["spent"]},
        }
        for line in old.get("groups", ())
    ]
    quality, target, typicality = old.get("quality"), old.get("target"), old.get("typicality")
    if quality is not None:
        outcomes.append(
            {
                "control": "quality",
                "unit": "score",
                "asked": {k: quality[k] for k in ("minimum", "weight", "tie_break")},
                "pool": {"mean": quality["pool_mean"]},
                "chosen": {"mean": quality["chosen_mean"], "lowest": quality["chosen_lowest"]},
            }
        )
    for control, unit, line, asked in (
        ("target", "alignment", target, ("method", "weight")),
        ("typicality", "share of bytes", typicality, ("weight",)),
    ):
        if line is not None:
            outcomes.append(
                {
                    "control": control,
                    "unit": unit,
                    "asked": {name: line[name] for name in asked},
                    "pool": {"mean": line["pool_mean"]},
                    "chosen": {"mean": line["chosen_mean"]},
                }
            )
    outcomes += [
        {
            "control": "guard",
            "item": line["guard"],
            "unit": "records",
            "asked": {"action": line["action"]},
            "pool": {"records": line["caught"]},
            "chosen": {"records": line["chosen"]},
        }
        for line in old.get("guards", ())
    ]
    return outcomes
