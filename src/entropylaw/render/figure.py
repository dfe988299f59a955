"""A figure that notebooks display; importing this module imports matplotlib."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A figure made without pyplot: it is garbage collected, and a notebook displays it once.

    A notebook displays a plain `Figure` as an image only after pyplot was imported.
    """

    def _repr_png_(self) -> bytes:
        sink = io.BytesIO()
        self.savefig(sink, format="png")
        return sink.getvalue()
