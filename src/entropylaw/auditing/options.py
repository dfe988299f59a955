"""The options of a selection that an audit tries, and what to type for them."""

from __future__ import annotations

from dataclasses import dataclass

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.guards import Guards
from entropylaw.selection.quotas import Quotas
from entropylaw.types import CompareWithin


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `ZipSelector` that an audit tries.

    Attributes
    ----------
    compressor : str or Compressor
        What measures.
    guards : Guards or None
        What is left out.
    quotas : Quotas or None
        What each group gets.
    compare_within : {"pool", "group", "length", "group and length"}
        Among which records ratios are compared.
    typicality : float
        How much it counts that a record is typical of its pool.
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
        """Return what to type after the budget.

        Parameters
        ----------
        column : str or None
            The column that names the groups.

        Examples
        --------
        >>> Options("zlib", quotas=Quotas(shares="pool")).code("source")
        'compressor="zlib:9", groups="source", quotas=Quotas(shares="pool")'
        """
        told = [f'compressor="{self.name}"']
        if column is not None and (self.quotas or "group" in self.compare_within):
            told.append(f'groups="{column}"')
        if self.quotas is not None:
            told.append(f'quotas=Quotas(shares="{self.quotas.shares}")')
        if self.compare_within != "pool":
            told.append(f'compare_within="{self.compare_within}"')
        if self.typicality:
            told.append(f"typicality={self.typicality:g}")
        if self.guards is not None:
            told.append(f"guards={self.guards!r}".replace("'", '"'))
        return ", ".join(told)
