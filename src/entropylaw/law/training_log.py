"""Read training logs: files, trainer states and tables, to one mean loss per interval."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from entropylaw.errors import FileFormatError, RunsError
from entropylaw.law.sources import Located, number_cell, read_rows

RUNNING_TOTALS = ("num_tokens", "num_input_tokens_seen")
"""Columns of TRL and Transformers with the tokens since training began."""

TOKEN_COLUMNS = ("tokens", *RUNNING_TOTALS)
"""Columns with token counts, in order of preference."""


@dataclass(frozen=True)
class Columns:
    """Column names of a log; None where it has no such column."""

    loss: str = "loss"
    step: str | None = "step"
    epoch: str = "epoch"
    tokens: str | None = None
    process: str = "rank"


@dataclass(frozen=True)
class Entry:
    """The mean loss since the entry before it, up to and including `step`.

    `tokens` are those of the interval, `epoch` is the position at its end; None if not logged.
    """

    where: str
    step: int
    loss: float
    tokens: float | None
    epoch: float | None


@dataclass(frozen=True)
class Log:
    """Entries of one run in increasing steps, and the number of entries replaced on resuming."""

    entries: tuple[Entry, ...]
    replaced: int


def read_log(source: object, columns: Columns) -> Log:
    """Read a training log; several paths are the logs of the processes of one run.

    Raises
    ------
    RunsError
        If rows are not valid; names the row or line and the column.
    FileFormatError
        If the content of a file does not match its suffix.
    """
    if isinstance(source, list | tuple) and source and isinstance(source[0], str | os.PathLike):
        return _merge_processes([_one_stream(_log_rows(path), columns) for path in source])
    located = list(_log_rows(source))
    ranks: dict[object, list[Located]] = {}
    for where, cells in located:
        ranks.setdefault(cells.get(columns.process), []).append((where, cells))
    return _merge_processes([_one_stream(rows, columns) for rows in ranks.values()])


def _log_rows(source: object) -> Iterator[Located]:
    """Yield the rows of a log with their position."""
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            path = _state_file(path)
        if path.suffix.lower() == ".json":
            yield from _history(_json_state(path), path.name)
            return
        source = path
    if hasattr(source, "log_history"):
        yield from _history(source.log_history, "trainer state")
    elif isinstance(source, Mapping) and "log_history" in source:
        yield from _history(source["log_history"], "trainer state")
    else:
        yield from read_rows(source)


def _state_file(folder: Path) -> Path:
    """Return the trainer state in an output folder, or in its newest checkpoint."""
    if (folder / "trainer_state.json").is_file():
        return folder / "trainer_state.json"
    states = [
        (int(path.parent.name.removeprefix("checkpoint-")), path)
        for path in folder.glob("checkpoint-*/trainer_state.json")
        if path.parent.name.removeprefix("checkpoint-").isdigit()
    ]
    if not states:
        raise FileFormatError(
            "expected trainer_state.json here or in a checkpoint-N folder; saw neither. Call "
            "trainer.save_state() after training, or name the log file.",
            path=str(folder),
        )
    return max(states)[1]


def _json_state(path: Path) -> object:
    """Return the log history in a JSON file."""
    try:
        state = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"expected JSON; saw {error.msg}.", path=str(path), line=error.lineno
        ) from None
    if isinstance(state, dict) and "log_history" in state:
        return state["log_history"]
    if isinstance(state, list):
        return state
    raise FileFormatError(
        "expected a trainer state with 'log_history', or a list of rows; saw "
        f"{type(state).__name__}. Save one JSON object per line as a .jsonl file.",
        path=str(path),
    )


def _history(rows: Any, name: str) -> Iterator[Located]:
    """Yield the rows of a trainer's log history."""
    if not isinstance(rows, Iterable) or isinstance(rows, str | Mapping):
        raise RunsError(f"{name}: expected log_history to be a list; saw {type(rows).__name__}.")
    for number, cells in enumerate(rows):
        if not isinstance(cells, Mapping):
            raise RunsError(
                f"{name}, log_history[{number}]: expected a mapping; saw {type(cells).__name__}."
            )
        yield f"{name}, log_history[{number}]", cells


def _one_stream(rows: Iterable[Located], columns: Columns) -> Log:
    """Return the entries of one process: micro-batches merged, replaced steps dropped."""
    located = list(rows)
    read = [(where, cells, _loss(where, cells, columns.loss)) for where, cells in located]
    kept = [(where, cells, loss) for where, cells, loss in read if loss is not None]
    if not kept:
        raise _no_loss(located, columns.loss)
    seen = {name for _, cells, _ in kept for name in cells}
    counter = columns.tokens or next((c for c in TOKEN_COLUMNS if c in seen), None)
    steps = _steps([(where, cells) for where, cells, _ in kept], columns.step)
    entries: list[Entry] = []
    totals = [0.0]  # the running total of tokens after each entry
    replaced = 0
    for (where, cells, loss), step in zip(kept, steps, strict=True):
        if entries and step < entries[-1].step:  # resumed from an earlier step
            kept_entries = sum(entry.step < step for entry in entries)
            replaced += len(entries) - kept_entries
            del entries[kept_entries:], totals[kept_entries + 1 :]
        tokens = None if counter is None else _tokens(where, cells, counter)
        if tokens is not None and counter in RUNNING_TOTALS:
            total = tokens
            # A total that decreased was restarted by the resumed run.
            tokens = total - totals[-1] if total >= totals[-1] else total
            totals.append(total)
        else:
            totals.append(0.0)
        epoch = _number(where, columns.epoch, cells.get(columns.epoch))
        entries.append(Entry(where, step, loss, tokens, epoch))
    merged = [_merge(list(same)) for _, same in groupby(entries, key=lambda entry: entry.step)]
    return Log(tuple(merged), replaced)


def _merge_processes(logs: Sequence[Log]) -> Log:
    """Merge the logs of several processes step by step."""
    if len(logs) == 1:
        return logs[0]
    first = [entry.step for entry in logs[0].entries]
    for number, log in enumerate(logs[1:], start=1):
        steps = [entry.step for entry in log.entries]
        if steps != first:
            odd = min(set(steps) ^ set(first))
            raise RunsError(
                f"process {number}: expected the same steps as process 0; step {odd} is in one log "
                "only. Pass complete logs of all processes, or the log of one."
            )
    merged = [_merge(same) for same in zip(*(log.entries for log in logs), strict=True)]
    return Log(tuple(merged), sum(log.replaced for log in logs))


def _merge(same: Sequence[Entry]) -> Entry:
    """Return one entry for the micro-batches or processes of one step, weighted by tokens."""
    last = same[-1]
    if len(same) == 1:
        return last
    counts = [entry.tokens for entry in same]
    known = [count for count in counts if count is not None]
    weights = known if len(known) == len(counts) and sum(known) > 0 else [1.0] * len(counts)
    loss = sum(w * entry.loss for w, entry in zip(weights, same, strict=True)) / sum(weights)
    tokens = sum(known) if len(known) == len(counts) else None
    return Entry(last.where, last.step, loss, tokens, last.epoch)


def _steps(rows: Sequence[Located], name: str | None) -> list[int]:
    """Return the step of each row, numbered from 1."""
    if name is None:
        return list(range(1, len(rows) + 1))
    steps = [_whole(where, cells, name) for where, cells in rows]
    return [step + 1 for step in steps] if min(steps) == 0 else steps


def _tokens(where: str, cells: Mapping[str, Any], name: str) -> float:
    """Return the tokens of a row, or its running total of them."""
    value = _number(where, name, cells.get(name))
    if value is None or not math.isfinite(value) or value < 0:
        raise RunsError(
            f"{where}, column {name!r}: expected a number of tokens, 0 or more; saw "
            f"{cells.get(name)!r}. Fill it in, or leave the column out of every row."
        )
    return value


def _loss(where: str, cells: Mapping[str, Any], name: str) -> float | None:
    """Return the loss of a row, NaN included; None if the row has no training loss."""
    if name not in cells:
        return None
    value = cells[name]
    if isinstance(value, str) and not value.strip():
        return None
    loss = math.nan if value is None else _number(where, name, value)
    if loss is None:
        loss = math.nan
    if math.isnan(loss):
        others = [v for column, v in cells.items() if "loss" in str(column) and column != name]
        # A table of mixed rows has an empty training loss where it has an evaluation loss.
        if any(isinstance(v, int | float) and not math.isnan(v) for v in others):
            return None
    return loss


def _no_loss(rows: Sequence[Located], name: str) -> RunsError:
    """Return the error for a log without a training loss; lists the columns seen."""
    seen = list(dict.fromkeys(str(column) for _, cells in rows for column in cells))
    likely = [column for column in seen if "loss" in column and column != name]
    hint = f' Try loss="{likely[0]}".' if likely else ' Try loss="COLUMN".'
    return RunsError(
        f"expected rows with a value in column {name!r}; saw none in {len(rows)} rows. "
        f"Columns seen: {', '.join(seen) or 'none'}.{hint}"
    )


def _whole(where: str, cells: Mapping[str, Any], name: str) -> int:
    """Return the step of a row."""
    value = _number(where, name, cells.get(name))
    if value is None or not math.isfinite(value) or value < 0 or value != int(value):
        seen = ", ".join(str(column) for column in cells)
        raise RunsError(
            f"{where}, column {name!r}: expected a step number; saw {cells.get(name)!r}. Columns "
            f'seen: {seen}. Try step="COLUMN", or step=None if each row is one step.'
        )
    return int(value)


def _number(where: str, name: str, value: Any) -> float | None:
    """Return a cell as a float, None for a blank one."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number_cell(value)
        return float(value)
    except (TypeError, ValueError):
        raise RunsError(f"{where}, column {name!r}: expected a number; saw {value!r}.") from None
