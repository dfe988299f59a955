"""The usable records of a file, and that reading the chosen ones gives the same records."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entropylaw import Quality, ZipSelector, audit
from entropylaw.errors import ColumnError, FileFormatError, FingerprintError, TextColumnError
from entropylaw.io.load import load_file

GOOD = [{"text": f"record {i}", "n": i} for i in range(6)]
LINES = [
    json.dumps(GOOD[0]),
    "",
    '{"text": ',
    json.dumps(GOOD[1]),
    json.dumps({"text": None, "n": -1}),
    json.dumps(GOOD[2]),
    json.dumps({"n": -2}),
    *(json.dumps(record) + " " for record in GOOD[3:]),
]


@pytest.fixture(params=["pool.jsonl", "pool.jsonl.gz"])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path, content = tmp_path / request.param, "\n".join(LINES).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


class TestSkipping:
    def test_usable_records_and_their_places(self, broken: Path) -> None:
        pool = load_file(broken, on_error="skip")
        assert list(pool.corpus) == [record["text"].encode() for record in GOOD]
        assert pool.places.tolist() == [0, 1, 3, 5, 6, 7]  # among those that are JSON
        assert pool.skipped == len(pool.reasons) == 3
        assert any("line 3: not valid JSON" in reason for reason in pool.reasons)
        assert any("line 5: record 2: column 'text' holds None" in r for r in pool.reasons)
        assert any("line 7: record 4: cannot tell" in reason for reason in pool.reasons)

    @pytest.mark.parametrize("rows", [[0, 2, 5], [5, 0, 2], [3], []])
    def test_records_come_back_as_they_stand(self, broken: Path, rows: list[int]) -> None:
        pool = load_file(broken, on_error="skip")
        lines = [line for line in LINES if json_of(line) in GOOD]
        raws = list(pool.raw_records(broken, np.array(rows, np.int64)))
        assert raws == [lines[row].encode() for row in rows]

    def test_columns_are_those_of_usable_records(self, broken: Path) -> None:
        pool = load_file(broken, on_error="skip")
        assert pool.column(broken, "n") == list(range(6))
        with pytest.raises(ColumnError, match="no column 'm' in record 0. Columns seen: text, n"):
            pool.column(broken, "m")

    def test_it_is_data_for_a_selector_and_an_audit(self, broken: Path) -> None:
        pool = load_file(broken, on_error="skip")
        selector = ZipSelector(3, quality=Quality("n", minimum=3))
        assert sorted(selector.select(pool).indices.tolist()) == [3, 4, 5]
        assert audit(pool, groups="n").to_dict() == audit(GOOD, groups="n").to_dict()
        with pytest.raises(ColumnError, match="no column 'm'"):
            audit(pool, groups="m")

    def test_the_first_is_an_error_otherwise(self, broken: Path) -> None:
        with pytest.raises(FileFormatError, match=rf"{broken.name}, line 3: not valid JSON"):
            load_file(broken)


def json_of(line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


class TestSpecifics:
    def test_lines_are_named_with_what_is_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "pool.jsonl"
        path.write_text('{"q": "a", "a": "b"}\n\n{"q": "a"}\n')
        for text in ("{q} {a}", ["q", "a"]):
            with pytest.raises(
                FileFormatError, match="line 3: .*names column 'a', which does not exist"
            ):
                load_file(path, text=text)

    def test_the_text_of_one_column_of_a_table_is_taken_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "pool.parquet"
        pq.write_table(pa.Table.from_pylist(GOOD), path)
        pool = load_file(path)
        assert pool.places.tolist() == list(range(6))
        assert not isinstance(pool.corpus.buffer, bytes)
        assert pool.corpus.shapes == {"text": 6}
        with pytest.raises(TextColumnError, match="Columns seen: text, n"):
            load_file(path, text="body")

    @pytest.mark.parametrize("ask", ["raw_records", "column", "check_unchanged"])
    def test_a_file_that_has_changed(self, broken: Path, ask: str) -> None:
        pool = load_file(broken, on_error="skip")
        broken.write_bytes(broken.read_bytes() * 2)
        argument = {"raw_records": [np.array([0])], "column": ["n"], "check_unchanged": []}[ask]
        with pytest.raises(FingerprintError, match="has changed since its records were read"):
            getattr(pool, ask)(broken, *argument)
