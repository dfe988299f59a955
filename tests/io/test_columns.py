"""Values of columns read without the text (with it: see test_read_pool)."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from entropylaw.errors import ColumnError, FileFormatError, FingerprintError
from entropylaw.io.containers import container_of
from entropylaw.io.load import load_file
from entropylaw.io.reading import read_columns
from entropylaw.ratios import group_ratios

RECORDS = [{"text": f"record {i}", "source": "ab"[i % 2], "n": i, "score": None if i == 3 else i / 2} for i in range(2_000)]  # fmt: skip


def jsonl(folder: Path) -> Path:
    (folder / "pool.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    return folder / "pool.jsonl"


@pytest.mark.parametrize("build", [lambda _: RECORDS, lambda _: pd.DataFrame(RECORDS), jsonl])
def test_python_values_in_order(build, tmp_path: Path) -> None:
    data = container_of(build(tmp_path))
    assert read_columns(data, ["score"])["score"] == [record["score"] for record in RECORDS]
    with pytest.raises(ColumnError, match="no column 'sourse'.*text, source, n, score.*mean 'source'"):  # fmt: skip
        read_columns(data, ["sourse"])


class TestOfAFile:
    def test_only_usable_records_count(self, tmp_path: Path) -> None:
        path = tmp_path / "pool.jsonl"
        path.write_text('{"text": "a", "n": 0}\n{"text": \n{"text": null}\n{"text": "b", "n": 3}\n{"n": 4}\n')  # fmt: skip
        pool = load_file(path, text="text", on_error="skip")
        assert pool.column(path, "n") == [0, 3]
        with pytest.raises(ColumnError, match="Columns seen: text, n"):
            pool.column(path, "m")
        with pytest.raises(FileFormatError, match="line 2"):
            read_columns(container_of(path), ["n"])

    def test_a_file_that_has_changed(self, tmp_path: Path) -> None:
        path = jsonl(tmp_path)
        pool = load_file(path)
        path.write_text('{"text": "a", "n": 0}\n')
        with pytest.raises(FingerprintError, match="has changed"):
            pool.column(path, "n")


def test_ratios_of_groups_by_a_column() -> None:
    records = [{"text": f"{i} {i**5}", "source": "ab"[i % 2]} for i in range(40)]
    by_values = group_ratios(records, [record["source"] for record in records])
    for data in (records, pd.DataFrame(records), pa.Table.from_pylist(records)):
        assert group_ratios(data, "source") == by_values
    with pytest.raises(ColumnError, match="no column 'sauce'.*Did you mean 'source'"):
        group_ratios(records, "sauce")
