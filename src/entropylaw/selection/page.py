"""The page of a selection: what was chosen, beside what, how it was held to, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from entropylaw.compressors import available_compressors, describe, get_compressor
from entropylaw.render.page import (
    Section,
    drawing,
    facts_list,
    folded_text,
    page,
    paragraph,
    record_list,
    subheading,
    table,
)
from entropylaw.render.selection_plots import svg_of
from entropylaw.scoring import Scorer
from entropylaw.selection.compare import QUANTILES, Comparison
from entropylaw.selection.coverage import WHOLE_SET
from entropylaw.selection.manifest import Manifest, control_facts
from entropylaw.selection.pictures import draw_composition, draw_growth, draw_lengths
from entropylaw.selection.source import Source
from entropylaw.types import IntArray

if TYPE_CHECKING:
    from entropylaw.selection.result import SelectionResult

SHOWN = 5
"""Records shown at either end."""

_TOLD_SHORT = ("compared within", "quality", "target")
"""Controls of which a line tells all."""

_STAGES = (("first", 0.0), ("after a quarter", 0.25), ("after half", 0.5), ("last", 1.0))


def selection_page(
    result: SelectionResult,
    source: Source,
    compared: Comparison,
    *,
    random_state: int,
    n_jobs: int | None,
) -> str:
    """Return the page of a selection as HTML.

    Parameters
    ----------
    result : SelectionResult
        The selection.
    source : Source
        What it was made from.
    compared : Comparison
        It beside simpler choices.
    random_state : int
        Of the random choices that are drawn as a band.
    n_jobs : int or None
        Threads.
    """
    growth = draw_growth(
        source,
        result.indices,
        draws=compared.draws,
        random_state=random_state,
        n_jobs=n_jobs,
    )
    manifest = result.manifest
    return page(
        f"Selection of {len(result):,} records",
        f"from {manifest.pool.records:,}, by entropylaw {manifest.entropylaw} with "
        f"{manifest.compressor.name} ({manifest.compressor.version})",
        [
            Section("facts", "In short", facts_list(result.facts())),
            Section("compared", "Beside simpler choices", _compared(compared, svg_of(growth, "g"))),
            Section("drift", "Composition and length", _drift(result, source, compared)),
            Section("controls", "What was asked for, and kept", _controls(manifest)),
            Section("records", "Records, dense and redundant", _records(result, source)),
            Section("memory", "What the compressor could see", _memory(result)),
            Section("manifest", "To repeat it", _manifest(manifest)),
        ],
    )


def _compared(compared: Comparison, svg: str) -> str:
    headers, rows = compared.table()
    chance, ours = compared["random"], compared["selection"]
    says = (
        f"The ratio of the choice along the selection, and of {compared.draws} random ones of as "
        f"many bytes. At the end {ours.ratio:.3f} against {chance.ratio:.3f}."
    )
    return table(headers, rows, caption=compared.note) + drawing(
        svg,
        label=says,
        caption="Ratio of the set as it grows; dashed: mean of random sets, ± "
        "standard deviation. Low is less redundant.",
    )


def _drift(result: SelectionResult, source: Source, compared: Comparison) -> str:
    ours, chance = compared["selection"], compared["random"]
    lengths = table(
        ["bytes of a record", *(f"{share} %" for share in QUANTILES)],
        [
            [name, *(f"{length:,}" for length in found)]
            for name, found in (
                ("pool", compared.pool_lengths),
                ("choice", ours.lengths),
                ("random", chance.lengths),
            )
        ],
        caption="Quantiles of the lengths of records.",
    )
    drawn = svg_of(draw_lengths(source, result.indices), "l")
    middle = QUANTILES.index(50)
    says = (
        f"Distribution of lengths: half of the pool has more than "
        f"{compared.pool_lengths[middle]:,} bytes, half of the choice more than "
        f"{ours.lengths[middle]:,}."
    )
    parts = [lengths, drawing(drawn, label=says, caption="Lengths of records.")]
    if source.groups is None:
        return paragraph("Records were not grouped, so no composition is shown.") + "".join(parts)
    shares = [
        (name, share, ours.composition[name], chance.composition[name])
        for name, share in compared.pool_composition.items()
    ]
    shares.sort(key=lambda row: -abs(row[2] - row[1]))
    composition = table(
        ["group", "pool, %", "choice, %", "difference", "random, %"],
        [
            [name, f"{100 * p:.1f}", f"{100 * c:.1f}", f"{100 * (c - p):+.1f}", f"{100 * r:.1f}"]
            for name, p, c, r in shares
        ],
        caption=f"Shares of {compared.unit}, the largest difference first. Drift: "
        f"{100 * ours.drift:.1f} % of the choice would have to change its group to be as the pool.",
    )
    drawn = svg_of(draw_composition(source, result.indices), "c")
    name, before, after, _ = shares[0]
    says = f"Composition: the share of {name} goes from {before:.0%} to {after:.0%}."
    picture = drawing(drawn, label=says, caption="Composition of the pool and of the choice.")
    return "".join([composition, picture, *parts])


def _controls(manifest: Manifest) -> str:
    budget = manifest.budget
    facts = {"budget": str(budget)}
    if budget.unit != "records" and budget.smallest_left is not None:
        facts["smallest record left"] = f"{budget.smallest_left:,} {budget.unit}"
    facts |= {name: told for name, told in control_facts(manifest).items() if name in _TOLD_SHORT}
    parts = [facts_list(facts)]
    if manifest.parameters.quotas is not None:
        parts.append(_quotas(manifest))
    if manifest.guards:
        done = {"warn": "listed", "drop": "dropped", "off": "not looked"}
        parts.append(
            table(
                ["guard", "what it did", "caught", "of them chosen"],
                [
                    [g.guard, done[g.action], f"{g.caught:,}", f"{g.chosen:,}"]
                    for g in manifest.guards
                ],
                caption="Guards, and what each caught in the pool.",
            )
        )
    if manifest.left_out:
        parts.append(
            table(
                ["left out", "records"],
                [[reason, f"{count:,}"] for reason, count in manifest.left_out.items()],
                caption="Records that could not be chosen, each counted for the first reason.",
            )
        )
    return "".join(parts)


def _quotas(manifest: Manifest) -> str:
    unit = manifest.budget.unit
    rows = [
        [
            line.name,
            f"{line.pool:,}",
            f"{line.minimum:,}",
            "none" if line.maximum is None else f"{line.maximum:,}",
            f"{line.spent:,}",
            "yes" if line.kept else "but for less than a record",
        ]
        for line in manifest.groups
    ]
    headers = ["group", "in the pool", "minimum", "maximum", "chosen", "kept"]
    return table(headers, rows, caption=f"Quotas, in {unit}.")


def _records(result: SelectionResult, source: Source) -> str:
    pool, raw, added = source.pool, result.picks["own_raw"], _added(result, source)
    known = np.flatnonzero(added >= 0)
    order = known[np.argsort(raw[known] / np.maximum(added[known], 1), kind="stable")]
    unknown, own = len(result) - len(known), result.own_ratios

    def told(places: IntArray) -> list[tuple[str, bytes]]:
        return [
            (
                f"Record {pick['row']:,}, number {place:,} of the choice: its {raw[place]:,} bytes "
                f"added {added[place]:,} compressed ones (own ratio {own[place]:.2f}).",
                pool[int(pick["row"])],
            )
            for place, pick in zip(places.tolist(), result.picks[places], strict=True)
        ]

    return (
        paragraph(
            "Records by how many compressed bytes each added to the set chosen before its round. "
            "A record that adds little repeats what was there, as far as the compressor could see."
            + (f" Of the {unknown:,} chosen first it is not known." if unknown else "")
        )
        + subheading("The least redundant")
        + record_list(told(order[:SHOWN]))
        + subheading("The most redundant")
        + record_list(told(order[::-1][:SHOWN]))
    )


def _added(result: SelectionResult, source: Source) -> IntArray:
    """Return the compressed bytes that each pick added when it was chosen; -1 if not known.

    A file does not hold what was owned before, so its size is not known for the first round.
    """
    picks, plan = result.picks, source.plan
    first = 0
    if plan is not None and plan.owned:
        with Scorer(source.pool.take(result.indices[:1]), source.compressor) as scorer:
            owned = scorer.empty_set()
            owned.extend_bytes(plan.owned)
            first = owned.size
    before = np.concatenate([[first], result.trace["set_size"][:-1]])[picks["round"]]
    added: IntArray = np.maximum(picks["union_size"] - before, 0)
    if plan is None and result.manifest.initial_subset is not None:
        added[picks["round"] == 0] = -1
    return added


def _memory(result: SelectionResult) -> str:
    memory, manifest = result.memory, result.manifest
    last = len(result) - 1
    seen = table(
        ["pick", "number", "bytes chosen before", "of them in sight", "share"],
        [
            [
                name,
                f"{place:,}",
                f"{memory.set_bytes[place]:,}",
                f"{memory.visible_bytes[place]:,}",
                f"{memory.visible_share[place]:.0%}",
            ]
            for name, place in ((name, round(share * last)) for name, share in _STAGES)
        ],
        caption=f"What {manifest.compressor.name} saw of the set. A record is compared with "
        "what is in sight, and with nothing before it.",
    )
    whole = int(memory.set_bytes[-1])
    infos = [describe(get_compressor(name)) for name in (*available_compressors(), WHOLE_SET)]
    others = table(
        ["compressor", "window, bytes", "of this set at the end"],
        [
            [
                info.name,
                "no limit" if info.window is None else f"{info.window:,}",
                "100%" if info.window is None else f"{_share(info.window, whole):.0%}",
            ]
            for info in infos
        ],
        caption="What others would see. A window is how far back they can look, at most.",
    )
    return seen + others


def _share(window: int, whole: int) -> float:
    return min(window, whole) / whole if whole else 1.0


def _manifest(manifest: Manifest) -> str:
    told = {
        "pool": f"{manifest.pool.bytes:,} bytes, {manifest.pool.fingerprint}",
        "choice": f"{manifest.selected.bytes:,} bytes, {manifest.selected.fingerprint}",
        "entropylaw": manifest.entropylaw,
    }
    text = paragraph(
        "The same pool and this manifest give the same choice: save the text below as "
        "manifest.json, and type entropylaw select POOL --manifest manifest.json -o OUT."
    )
    return facts_list(told) + text + folded_text("The manifest", manifest.to_json())
