"""Forecast of a selection: shares and measurements, compared with random draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.guards import Guards
from entropylaw.render.result import Result, TableResult
from entropylaw.render.tables import Table, number
from entropylaw.selection.quotas import Quotas
from entropylaw.types import CompareWithin


@dataclass(frozen=True, slots=True)
class TrialOptions:
    """Options of `ZipSelector` that an audit tries.

    Attributes
    ----------
    compressor : str or Compressor
        Measures sizes.
    guards : Guards or None
        Drop records.
    quotas : Quotas or None
        Divide the budget among groups.
    compare_within : {"pool", "group", "length", "group and length"}
        Records among which ratios are compared.
    typicality : float
        Weight of representativeness.
    """

    compressor: str | Compressor
    guards: Guards | None = None
    quotas: Quotas | None = None
    compare_within: CompareWithin = "pool"
    typicality: float = 0.0

    @property
    def name(self) -> str:
        """Name of the compressor."""
        return get_compressor(self.compressor).name

    def code(self, column: str | None) -> str:
        """Return the Python arguments that follow the budget.

        Parameters
        ----------
        column : str or None
            The column that names the groups.

        Examples
        --------
        >>> TrialOptions("zlib", quotas=Quotas(shares="pool")).code("source")
        'compressor="zlib:9", groups="source", quotas=Quotas(shares="pool")'
        """
        arguments = [f'compressor="{self.name}"']
        if column is not None and (self.quotas or "group" in self.compare_within):
            arguments.append(f'groups="{column}"')
        if self.quotas is not None:
            arguments.append(f'quotas=Quotas(shares="{self.quotas.shares}")')
        if self.compare_within != "pool":
            arguments.append(f'compare_within="{self.compare_within}"')
        if self.typicality:
            arguments.append(f"typicality={self.typicality:g}")
        if self.guards is not None:
            arguments.append(f"guards={self.guards!r}".replace("'", '"'))
        return ", ".join(arguments)


class _Numbers(Result):
    """A named set of numbers."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values that JSON can hold."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def _headline(self) -> str:
        return ", ".join(
            f"{name}={number(value) if isinstance(value, float) else repr(value)}"
            for name, value in self.to_dict().items()
        )

    def _table(self) -> Table:
        facts = {
            name: number(value) if isinstance(value, float) else str(value)
            for name, value in self.to_dict().items()
        }
        return Table.of_facts(type(self).__name__, facts)

    def _columns(self) -> Mapping[str, Any]:
        return {name: [value] for name, value in self.to_dict().items()}


@dataclass(frozen=True, slots=True, repr=False)
class Drift(_Numbers):
    """Share of one kind of records in the pool, in random draws and in the selection.

    Attributes
    ----------
    name : str
        A group, a range of lengths, or a guard.
    pool : float
        Share of the pool.
    random, spread : float
        Mean and standard deviation over random draws from the sample.
    choice : float
        Share of the selection.
    """

    name: str
    pool: float
    random: float
    spread: float
    choice: float

    @property
    def excess(self) -> float:
        """Share of the selection minus that of random draws."""
        return self.choice - self.random

    @property
    def clear(self) -> bool:
        """Whether the excess is more than three standard deviations of random draws."""
        return abs(self.excess) > 3 * self.spread


@dataclass(frozen=True, slots=True, repr=False)
class Measured(_Numbers):
    """A measurement of the selection and of random draws of as many bytes.

    Attributes
    ----------
    choice : float
        Of the selection.
    random, spread : float
        Mean and standard deviation over random draws.
    compressor : str
        Compressor that measures.
    """

    choice: float
    random: float
    spread: float
    compressor: str


@dataclass(frozen=True, slots=True, repr=False)
class Forecast(TableResult):
    """A selection from a sample of the pool, compared with random draws of as many bytes.

    Attributes
    ----------
    compressor : str
        That of the selection.
    options : str
        Python arguments of the selection, after the budget.
    sample_records, sample_bytes : int
        Size of the sample.
    chosen_records, chosen_bytes : int
        Size of the selection.
    stages : tuple of int
        Its k1, k2 and k3: those of the pool, scaled down to the sample.
    groups : tuple of Drift
        Shares of bytes by group; empty without groups.
    lengths : tuple of Drift
        Shares of records by range of length.
    caught : tuple of Drift
        Shares of bytes that each guard caught.
    copies : Drift
        Share of the bytes of a set that are copies of an earlier record of it.
    ratio : Measured
        Compression ratio; low is less redundant.
    coverage : Measured or None
        Bits per byte of held-out records, given the set; low is better. None where the pool is
        too small to hold records out.
    """

    compressor: str
    options: str
    sample_records: int
    sample_bytes: int
    chosen_records: int
    chosen_bytes: int
    stages: tuple[int, int, int]
    groups: tuple[Drift, ...]
    lengths: tuple[Drift, ...]
    caught: tuple[Drift, ...]
    copies: Drift
    ratio: Measured
    coverage: Measured | None

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as plain values that JSON can hold."""
        return asdict(self)

    def _headline(self) -> str:
        return (
            f"{self.chosen_records:,} of {self.sample_records:,} records, {self.compressor}, "
            f"ratio {self.ratio.choice:.3f}, random {self.ratio.random:.3f}"
        )

    def _table(self) -> Table:
        rows = [
            (
                f"{kind}: {drift.name}",
                f"{100 * drift.pool:.1f}",
                f"{100 * drift.random:.1f} ± {100 * drift.spread:.1f}",
                f"{100 * drift.choice:.1f}",
            )
            for kind, drift in self._drifts()
        ]
        note = f"Percent of records for lengths, of bytes for all others. {self._headline()}."
        headers = ("", "pool", "random", "selection")
        return Table.of(headers, rows, title="Forecast", note=note)

    def _columns(self) -> Mapping[str, Any]:
        drifts = list(self._drifts())
        kinds = {"kind": [kind for kind, _ in drifts]}
        names = ("name", "pool", "random", "spread", "choice")
        return kinds | {name: [getattr(drift, name) for _, drift in drifts] for name in names}

    def _drifts(self) -> Iterator[tuple[str, Drift]]:
        for kind, drifts in (
            ("group", self.groups),
            ("length", self.lengths),
            ("guard", self.caught),
            ("copies", (self.copies,)),
        ):
            for drift in drifts:
                yield kind, drift
