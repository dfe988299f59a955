"""A figure that a notebook shows; this module imports matplotlib, so import it when you draw."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A figure made without pyplot: nothing keeps it alive, and a notebook shows it once.

    Of a plain `Figure` a notebook shows a picture only after pyplot was imported.
    """

    def _repr_png_(self) -> bytes:
        sink = io.BytesIO()
        self.savefig(sink, format="png")
        return sink.getvalue()
