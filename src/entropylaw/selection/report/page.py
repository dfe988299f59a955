"""HTML report of a selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.outcomes import Plain, number_of
from entropylaw.selection.problem import Problem
from entropylaw.selection.report.comparison import QUANTILES, Comparison
from entropylaw.selection.report.coverage import WHOLE_SET
from entropylaw.selection.report.plots import draw_composition, draw_growth, draw_lengths
from entropylaw.selection.trace import Memory
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, IntArray

SHOWN = 5
"""Records shown at either end."""

_STAGES = (("first", 0.0), ("after a quarter", 0.25), ("after half", 0.5), ("last", 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The parts of a result that the report shows.

    Attributes
    ----------
    facts : mapping
        Label to value.
    picks, trace : structured arrays
        Of the result.
    manifest : Manifest
        Of the result.
    memory : Memory
        Of the result.
    """

    facts: Mapping[str, str]
    picks: AnyArray
    trace: AnyArray
    manifest: Manifest
    memory: Memory

    @property
    def rows(self) -> IntArray:
        """Rows chosen, in order."""
        rows: IntArray = self.picks["row"]
        return rows


def selection_page(
    shown: Shown,
    problem: Problem,
    compared: Comparison,
    *,
    random_state: int,
    n_jobs: int | None,
) -> str:
    """Return the HTML report of a selection.

    Parameters
    ----------
    shown : Shown
        The selection.
    problem : Problem
        The pool it was made from.
    compared : Comparison
        The selection compared with baselines.
    random_state : int
        Seed of the random sets that are drawn as a band.
    n_jobs : int or None
        Threads.
    """
    growth = draw_growth(
        problem, shown.rows, draws=compared.draws, random_state=random_state, n_jobs=n_jobs
    )
    manifest = shown.manifest
    return page(
        f"Selection of {len(shown.rows):,} records",
        f"from {manifest.pool.records:,}, by entropylaw {manifest.entropylaw} with "
        f"{manifest.compressor.name} ({manifest.compressor.version})",
        [
            Section("facts", "Summary", facts_list(shown.facts)),
            Section(
                "compared", "Compared with baselines", _compared(compared, svg_of(growth, "g"))
            ),
            Section("drift", "Composition and length", _drift(shown, problem, compared)),
            Section("controls", "Constraints", _controls(manifest)),
            Section("records", "Least and most redundant records", _records(shown, problem)),
            Section("memory", "Window of the compressor", _memory(shown)),
            Section("manifest", "Reproduce this selection", _manifest(manifest)),
        ],
    )


def _compared(compared: Comparison, svg: str) -> str:
    headers, rows = compared.table()
    chance, ours = compared["random"], compared["selection"]
    says = (
        f"Ratio of the selection as it grows, and of {compared.draws} random sets of equal "
        f"bytes. At the end {ours.ratio:.3f} against {chance.ratio:.3f}."
    )
    return table(headers, rows, caption=compared.note) + drawing(
        svg,
        label=says,
        caption="Ratio of the set as it grows; dashed: mean of random sets, ± "
        "standard deviation. Low is less redundant.",
    )


def _drift(shown: Shown, problem: Problem, compared: Comparison) -> str:
    ours, chance = compared["selection"], compared["random"]
    lengths = table(
        ["bytes of a record", *(f"{share} %" for share in QUANTILES)],
        [
            [name, *(f"{length:,}" for length in found)]
            for name, found in (
                ("pool", compared.pool_lengths),
                ("selection", ours.lengths),
                ("random", chance.lengths),
            )
        ],
        caption="Quantiles of the lengths of records.",
    )
    drawn = svg_of(draw_lengths(problem, shown.rows), "l")
    middle = QUANTILES.index(50)
    says = (
        f"Distribution of lengths: half of the pool has more than "
        f"{compared.pool_lengths[middle]:,} bytes, half of the selection more than "
        f"{ours.lengths[middle]:,}."
    )
    parts = [lengths, drawing(drawn, label=says, caption="Lengths of records.")]
    if problem.groups is None:
        return paragraph("Records were not grouped, so no composition is shown.") + "".join(parts)
    shares = [
        (name, share, ours.composition[name], chance.composition[name])
        for name, share in compared.pool_composition.items()
    ]
    shares.sort(key=lambda row: -abs(row[2] - row[1]))
    composition = table(
        ["group", "pool, %", "selection, %", "difference", "random, %"],
        [
            [name, f"{100 * p:.1f}", f"{100 * c:.1f}", f"{100 * (c - p):+.1f}", f"{100 * r:.1f}"]
            for name, p, c, r in shares
        ],
        caption=f"Shares of {compared.unit}, the largest difference first. Drift: "
        f"{100 * ours.drift:.1f} % of the selection would have to change groups to match the pool.",
    )
    drawn = svg_of(draw_composition(problem, shown.rows), "c")
    name, before, after, _ = shares[0]
    says = f"Composition: the share of {name} goes from {before:.0%} to {after:.0%}."
    picture = drawing(drawn, label=says, caption="Composition of the pool and of the selection.")
    return "".join([composition, picture, *parts])


def _controls(manifest: Manifest) -> str:
    budget, facts = manifest.budget, {"budget": str(manifest.budget)}
    smallest = budget.pool["smallest left"]
    if budget.unit != "records" and smallest is not None:
        facts["smallest record left"] = f"{smallest:,} {budget.unit}"
    facts |= {one.label: str(one) for one in manifest.criteria}
    parts = [facts_list(facts)]
    if manifest.options.get("quotas") is not None:
        parts.append(_quotas(manifest))
    guards = manifest.outcomes_of("guard")
    if guards:
        done = {"warn": "listed", "drop": "dropped"}
        parts.append(
            table(
                ["guard", "action", "caught", "of these chosen"],
                [
                    [
                        guard.item,
                        done[str(guard.asked["action"])],
                        _amount(guard.pool["records"]),
                        _amount(guard.chosen["records"]),
                    ]
                    for guard in guards
                ],
                caption="Guards, and the records of the pool that each caught.",
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
    rows = [
        [
            group.item,
            _amount(group.pool["amount"]),
            _amount(group.asked["minimum"]),
            _amount(group.asked["maximum"]),
            _amount(group.chosen["amount"]),
            "yes" if group.kept else "missed by less than one record",
        ]
        for group in manifest.outcomes_of("group")
    ]
    headers = ["group", "in the pool", "minimum", "maximum", "chosen", "kept"]
    return table(headers, rows, caption=f"Quotas, in {manifest.budget.unit}.")


def _amount(value: Plain) -> str:
    return "none" if value is None else f"{int(number_of(value)):,}"


def _records(shown: Shown, problem: Problem) -> str:
    picks, pool, added = shown.picks, problem.corpus, _added(shown, problem)
    raw = picks["own_raw"]
    known = np.flatnonzero(added >= 0)
    order = known[np.argsort(raw[known] / np.maximum(added[known], 1), kind="stable")]
    unknown, own = len(picks) - len(known), raw / picks["own_size"]

    def described(places: IntArray) -> list[tuple[str, bytes]]:
        return [
            (
                f"Record {pick['row']:,}, number {place:,} of the selection: {raw[place]:,} bytes "
                f"added {added[place]:,} compressed ones (own ratio {own[place]:.2f}).",
                pool[int(pick["row"])],
            )
            for place, pick in zip(places.tolist(), picks[places], strict=True)
        ]

    return (
        paragraph(
            "Records by how many compressed bytes each added to the set chosen before its round. "
            "A record that adds little repeats earlier ones, as far as the compressor could see."
            + (f" For the {unknown:,} chosen first this is not known." if unknown else "")
        )
        + subheading("The least redundant")
        + record_list(described(order[:SHOWN]))
        + subheading("The most redundant")
        + record_list(described(order[::-1][:SHOWN]))
    )


def _added(shown: Shown, problem: Problem) -> IntArray:
    """Return the compressed bytes that each pick added when it was chosen; -1 if not known.

    A file does not hold what was owned before, so its size is not known for the first round.
    """
    picks, first = shown.picks, 0
    if problem.owned is not None:
        with Sizer(problem.corpus.take(shown.rows[:1]), problem.compressor) as sizer:
            owned = sizer.empty_set()
            owned.extend_bytes(tuple(problem.owned))
            first = owned.size
    before = np.concatenate([[first], shown.trace["set_size"][:-1]])[picks["round"]]
    added: IntArray = np.maximum(picks["union_size"] - before, 0)
    if problem.owned is None and shown.manifest.initial_subset is not None:
        added[picks["round"] == 0] = -1
    return added


def _memory(shown: Shown) -> str:
    memory, manifest = shown.memory, shown.manifest
    last = len(shown.picks) - 1
    seen = table(
        ["pick", "number", "bytes chosen before", "of these in the window", "share"],
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
        caption=f"Part of the set in the window of {manifest.compressor.name}. A record is "
        "compared with that part only.",
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
        caption="Windows of other compressors: how far back each can look, at most.",
    )
    return seen + others


def _share(window: int, whole: int) -> float:
    return min(window, whole) / whole if whole else 1.0


def _manifest(manifest: Manifest) -> str:
    facts = {
        "pool": f"{manifest.pool.bytes:,} bytes, {manifest.pool.fingerprint}",
        "selection": f"{manifest.selected.bytes:,} bytes, {manifest.selected.fingerprint}",
        "entropylaw": manifest.entropylaw,
    }
    text = paragraph(
        "The same pool and this manifest give the same selection: save the text below as "
        "manifest.json, and run entropylaw select POOL --manifest manifest.json -o OUT."
    )
    return facts_list(facts) + text + folded_text("The manifest", manifest.to_json())
