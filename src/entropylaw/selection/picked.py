"""What a selection measured and shows: ratios of the picks, window, facts, columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from entropylaw.render.result import Result
from entropylaw.render.tables import Table
from entropylaw.selection.manifest import Manifest, control_facts
from entropylaw.selection.trace import Memory, memory_of
from entropylaw.types import AnyArray, FloatArray, IntArray


class Picked(Result):
    """The part of `SelectionResult` that follows from picks, trace and manifest alone."""

    __slots__ = ()

    picks: AnyArray
    trace: AnyArray
    manifest: Manifest

    @property
    def indices(self) -> IntArray:
        """Rows of the pool in the order chosen; int64, shape (budget,)."""
        rows: IntArray = self.picks["row"]
        return rows

    @property
    def ratio(self) -> float:
        """Compression ratio of the chosen set, with what was owned before."""
        return self.manifest.set_raw / self.manifest.set_size

    @property
    def own_ratios(self) -> FloatArray:
        """Compression ratio of each chosen record alone; shape (budget,)."""
        ratios: FloatArray = self.picks["own_raw"] / self.picks["own_size"]
        return ratios

    @property
    def union_ratios(self) -> FloatArray:
        """Ratio of the set of earlier rounds with each record added; shape (budget,)."""
        ratios: FloatArray = self.picks["union_raw"] / self.picks["union_size"]
        return ratios

    @property
    def pack_ratios(self) -> FloatArray:
        """Ratio of the records of the same round up to each; shape (budget,)."""
        ratios: FloatArray = self.picks["pack_raw"] / self.picks["pack_size"]
        return ratios

    @property
    def evaluations(self) -> int:
        """How many unions were asked for in all; of identical records one was sized."""
        return int(self.trace["evaluations"].sum())

    @property
    def memory(self) -> Memory:
        """How much of the chosen set the compressor could see when each record was picked."""
        before = np.concatenate([[0], self.trace["set_raw"][:-1]])
        if self.manifest.initial_subset is not None:
            before[:1] = self.manifest.initial_subset.bytes
        rounds = np.repeat(np.arange(len(before)), self.trace["packed"])
        return memory_of(self.manifest.compressor.window, before[rounds])

    def facts(self) -> dict[str, str]:
        """Return the printed facts: label to value."""
        manifest, options = self.manifest, self.manifest.options
        facts = {
            "chosen": f"{len(self.picks):,} of {manifest.pool.records:,} records, "
            f"{manifest.selected.bytes:,} of {manifest.pool.bytes:,} bytes",
            "compression ratio": f"{self.ratio:.3f}",
            "compressor": f"{manifest.compressor.name} ({manifest.compressor.priming} priming)",
            "memory": str(self.memory),
        }
        if manifest.selector == "ZipSelector":
            facts |= {
                "stages": f"k1={options['k1']:,} k2={options['k2']:,} k3={options['k3']:,}, "
                f"{len(self.trace):,} rounds, {self.evaluations:,} evaluations",
                "variant": options["variant"],
            }
        for stage in ("packing", "screening"):
            if options.get(stage, "full") != "full":
                facts[stage] = options[stage]
        return facts | control_facts(manifest)

    def to_dict(self) -> dict[str, Any]:
        """Return rows, ratio and manifest as plain values."""
        return {
            "indices": self.indices.tolist(),
            "ratio": self.ratio,
            "evaluations": self.evaluations,
            "manifest": self.manifest.model_dump(mode="json"),
        }

    def _headline(self) -> str:
        manifest = self.manifest
        return (
            f"{len(self.picks):,} of {manifest.pool.records:,} records, ratio {self.ratio:.3f}, "
            f"{manifest.selector} with {manifest.compressor.name}"
        )

    def _table(self) -> Table:
        return Table.of_facts("SelectionResult", self.facts())

    def _columns(self) -> Mapping[str, Any]:
        picks = self.picks
        ratios = {
            f"{name}_ratio": picks[f"{name}_raw"] / np.maximum(picks[f"{name}_size"], 1)
            for name in ("own", "union", "pack")
        }
        return {
            "order": np.arange(len(picks)),
            "row": picks["row"].copy(),
            "round": picks["round"].astype(np.int64),
            "bytes": picks["own_raw"].copy(),
            **ratios,
        }
