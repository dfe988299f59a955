"""The table of containers.json."""

from __future__ import annotations

from typing import Any

from pages import table


def containers(result: dict[str, Any]) -> str:
    """Return what each container costs beside a list of strings."""
    settings = result["settings"]
    chosen = (
        f"{result['records']:,} records, {result['text_bytes'] / 1e6:.1f} MB of text; "
        f"{result['budget']:,} chosen by `{settings['compressor']}`, k1={settings['k1']:,}. "
        "Medians of CPU time in the same turn."
    )
    rows = [
        [
            run["container"],
            _cpu(run["read_over_list"]),
            _cpu(run["select_over_list"]),
            _cpu(run["template_over_dicts"]),
            f"{run['held_over_text']:.2f}",
        ]
        for run in result["runs"]
    ]
    head = [
        "container",
        "reading, list = 1",
        "select and take, list = 1",
        "filling a template, dicts = 1",
        "memory beside it, text = 1",
    ]
    return f"{chosen}\n\n{table(head, rows)}"


def _cpu(over: dict[str, float] | None) -> str:
    return "" if over is None else f"{over['cpu']:.2f}"
