"""Record files: bytes kept exactly, every broken file named with its line, skips counted."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.errors import ConfigError, FileFormatError
from entropylaw.io import jsonl
from entropylaw.io.files import atomic_write, open_binary
from entropylaw.io.jsonl import FileRecord, RecordFile
from entropylaw.io.write import check_destination, write_records

FORMS = [
    form + packed for form in (".jsonl", ".json", ".ndjson", "") for packed in ("", ".gz", ".zst")
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
records = st.dictionaries(st.text(), json_values, max_size=5) | st.text()


def file(folder: Path, content: bytes, name: str = "pool.jsonl") -> Path:
    path = folder / name
    with atomic_write(path) as sink:
        sink.write(content)
    return path


def values(path: Path, **options: Any) -> list[Any]:
    return [record.value for record in RecordFile(path, **options)]


class TestRoundTrip:
    @given(
        st.lists(records, min_size=1, max_size=6), st.sampled_from(FORMS), st.booleans(), st.data()
    )
    @settings(max_examples=100, deadline=None)
    def test_records_come_back_with_their_bytes(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        pool: list[Any],
        form: str,
        ascii_only: bool,
        data: st.DataObject,
    ) -> None:
        spaces = data.draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " : ")]))
        raws = [
            json.dumps(record, ensure_ascii=ascii_only, separators=spaces).encode(
                "utf-8", "surrogatepass"
            )
            for record in pool
        ]
        folder = tmp_path_factory.mktemp("round")
        first = folder / f"first{form}"
        try:
            [raw.decode() for raw in raws]
        except UnicodeDecodeError:
            write_records(first, raws)
            with pytest.raises(FileFormatError, match="expected UTF-8"):
                list(RecordFile(first))
            return
        assert write_records(first, raws) == len(pool)
        read = list(RecordFile(first))
        assert [record.raw for record in read] == raws
        assert [record.value for record in read] == pool
        second = folder / "second.json"
        write_records(second, (record.raw for record in read), source=first)
        assert [record.raw for record in RecordFile(second)] == raws
        assert json.loads(second.read_bytes()) == pool

    @given(st.lists(records, max_size=5), st.sampled_from([None, 1, "\t"]))
    @settings(max_examples=100, deadline=None)
    def test_spread_out_arrays_become_lines_of_the_same_value(
        self, tmp_path_factory: pytest.TempPathFactory, pool: list[Any], indent: int | str | None
    ) -> None:
        folder = tmp_path_factory.mktemp("spread")
        pool = [*pool, {"a": {"b": [1, 2]}}]
        path = file(folder, json.dumps(pool, indent=indent).encode(), "pool.json")
        out = folder / "out.jsonl"
        write_records(out, (record.raw for record in RecordFile(path)), source=path)
        assert out.read_bytes().count(b"\n") == len(pool)
        assert values(out) == pool

    @given(st.lists(records, min_size=1, max_size=5), st.integers(1, 40))
    @settings(max_examples=100, deadline=None)
    def test_arrays_are_cut_right_wherever_a_read_ends(self, pool: list[Any], size: int) -> None:
        content = json.dumps(pool, indent=2).encode()[1:] + b"\n"

        class Dribble(io.BytesIO):
            def read(self, _size: int | None = -1, /) -> bytes:
                return super().read(size)

        found = list(jsonl.array_elements(Dribble(content), "pool.json"))
        assert [json.loads(raw) for _, raw in found] == pool
        lines = json.dumps(pool, indent=2).split("\n")
        for line, raw in found:
            assert raw.decode().split("\n")[0] in lines[line - 1]

    def test_number_forms_and_equal_keys_stay_as_they_were(self, tmp_path: Path) -> None:
        raws = [b'{"a": 1.50e+02, "a": -0.0}', b'{"\\u0061":"\\/"}', b' {"x" :1} ']
        path = file(tmp_path, b"\n".join(raws))
        read = list(RecordFile(path))
        assert [record.raw for record in read] == raws
        assert read[0].value == {"a": -0.0}
        write_records(tmp_path / "out.jsonl", [record.raw for record in read], source=path)
        assert (tmp_path / "out.jsonl").read_bytes() == b"\n".join(raws) + b"\n"

    @pytest.mark.parametrize("form", [".jsonl", ".json.zst"])
    def test_a_record_of_50_mb(self, tmp_path: Path, form: str) -> None:
        raw = b'{"text": "' + rb"a \"b\" [\n" * 5_555_000 + b'"}'
        path = tmp_path / f"pool{form}"
        write_records(path, [raw, b'{"text": "x"}'])
        big, small = RecordFile(path)
        assert big.raw == raw
        assert small.value == {"text": "x"}


class TestForms:
    def test_lines_and_their_numbers(self, tmp_path: Path) -> None:
        path = file(tmp_path, b'\n{"a":1}\r\n\n  \r\n"b"\n{"c":\t3}')
        assert list(RecordFile(path)) == [
            FileRecord(2, b'{"a":1}', {"a": 1}),
            FileRecord(5, b'"b"', "b"),
            FileRecord(6, b'{"c":\t3}', {"c": 3}),
        ]

    def test_array_and_its_lines(self, tmp_path: Path) -> None:
        path = file(tmp_path, b'\n [ {"a":\n1},\n\n"b,]"\n, {"c": [[], {}]}]\n\n', "pool.jsonl")
        assert list(RecordFile(path)) == [
            FileRecord(2, b'{"a":\n1}', {"a": 1}),
            FileRecord(5, b'"b,]"', "b,]"),
            FileRecord(6, b'{"c": [[], {}]}', {"c": [[], {}]}),
        ]

    def test_byte_order_mark(self, tmp_path: Path) -> None:
        for name, content in (
            ("a.jsonl", b'{"a": 1}\n'),
            ("b.json", b'[{"a": 1}]'),
            ("c.jsonl", b'\n{"a": 1}'),
        ):
            path = file(tmp_path, b"\xef\xbb\xbf" + content, name)
            assert [(record.raw, record.value) for record in RecordFile(path)] == [
                (b'{"a": 1}', {"a": 1})
            ]
        assert values(file(tmp_path, b"\xef\xbb\xbfa\nb", "d.txt")) == ["a", "b"]

    @pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
    def test_lines_of_text(self, tmp_path: Path, packed: str) -> None:
        path = file(tmp_path, "[é]\r\n\n b \nc".encode(), f"pool.txt{packed}")
        assert [(record.line, record.value) for record in RecordFile(path)] == [
            (1, "[é]"),
            (3, " b "),
            (4, "c"),
        ]

    def test_other_line_separators_do_not_end_a_line(self, tmp_path: Path) -> None:
        text = "a\u2028b\x0bc\x85d\re"
        assert values(file(tmp_path, text.encode(), "pool.txt")) == [text]
        line = json.dumps("a\u2028b\x85c", ensure_ascii=False)
        assert values(file(tmp_path, line.encode())) == ["a\u2028b\x85c"]

    def test_blank_start_longer_than_a_buffer(self, tmp_path: Path) -> None:
        for content in (b'{"a": 1}', b'[{"a": 1}]'):
            path = file(tmp_path, b"\n" + b" " * 200_000 + b"\n" + content)
            assert [(record.line, record.value) for record in RecordFile(path)] == [(3, {"a": 1})]

    def test_read_again(self, tmp_path: Path) -> None:
        pool = RecordFile(file(tmp_path, b'{"a": 1}\n{\n'), on_error="skip")
        assert list(pool) == list(pool)
        assert pool.skipped == 1

    def test_input_is_not_changed(self, tmp_path: Path) -> None:
        path = file(tmp_path, b'{"a": 1}')
        before = path.stat()
        list(RecordFile(path))
        assert path.stat().st_mtime_ns == before.st_mtime_ns
        with pytest.raises(ConfigError, match="is also an input"):
            write_records(path, [b"{}"], source=path)
        assert path.read_bytes() == b'{"a": 1}'


BROKEN_LINES = [
    (b'{"a": 1', "not valid JSON: Expecting ',' delimiter at character 8"),
    (b"nonsense", "not valid JSON: Expecting value at character 1"),
    (b'{"a": 1} {"a": 2}', "not valid JSON: Extra data"),
    (b'{"a": "\xff"}', "expected UTF-8; saw byte 0xff at position 8"),
    (b'{"a": "\xed\xa0\x80"}', "expected UTF-8; saw byte 0xed at position 8"),
    (b"7", "saw a number"),
    (b"1.5", "saw a number"),
    (b"NaN", "saw a number"),
    (b"null", "saw null"),
    (b"true", "saw a truth value"),
    (b'["a"]', "saw an array"),
    (b'{"a": ' + b"9" * 5_000 + b"}", "cannot be read"),
    (b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "cannot be read"),
]


class TestBroken:
    @pytest.mark.parametrize(("line", "words"), BROKEN_LINES)
    def test_a_broken_line_is_named_or_skipped(
        self, tmp_path: Path, line: bytes, words: str
    ) -> None:
        path = file(tmp_path, b'{"a": 0}\n\n' + line + b'\n{"a": 2}\n')
        with pytest.raises(FileFormatError) as caught:
            values(path)
        assert (caught.value.path, caught.value.line) == (str(path), 3)
        message = str(caught.value)
        assert message.startswith(f"{path}, line 3: ")
        assert words in message
        assert "--on-error skip" in message
        pool = RecordFile(path, on_error="skip")
        assert [record.value for record in pool] == [{"a": 0}, {"a": 2}]
        assert (pool.skipped, pool.reasons) == (1, [message])

    @pytest.mark.parametrize(
        ("element", "words"),
        [
            (b'{"a" 1}', "not valid JSON"),
            (b"{]", "not valid JSON"),
            (b"", "nothing between commas"),
            (b'"\xff"', "expected UTF-8"),
            (b"7", "saw a number"),
            (b"[{}]", "saw an array"),
        ],
    )
    def test_a_broken_element_is_named_or_skipped(
        self, tmp_path: Path, element: bytes, words: str
    ) -> None:
        path = file(tmp_path, b'[\n{"a": 0},\n' + element + b',\n{"a": 2}\n]', "pool.json")
        with pytest.raises(FileFormatError, match=words) as caught:
            values(path)
        assert caught.value.line == 3 or not element
        pool = RecordFile(path, on_error="skip")
        assert [record.value for record in pool] == [{"a": 0}, {"a": 2}]
        assert pool.skipped == 1

    def test_a_comma_behind_the_last_element(self, tmp_path: Path) -> None:
        with pytest.raises(FileFormatError, match="nothing between commas"):
            values(file(tmp_path, b'[{"a": 1},\n]', "pool.json"))

    @pytest.mark.parametrize(
        ("content", "line", "words"),
        [
            (b'[\n{"a": 1},\n{"b": 2}', 3, "does not end"),
            (b'[{"a": 1},\n\n {"b": ["x]', 3, "does not end"),
            (b"[", 1, "does not end"),
            (b'[{"a": 1},', 1, "does not end"),
            (b'[{"a": 1}]\n[{"a": 1}]', 1, "follows the end"),
            (b'[{"a": 1}]\n{"b": 2}', 1, "follows the end"),
            (b'[{"a": 1},\n}]', 2, "closes nothing"),
        ],
    )
    def test_a_broken_array_always_raises(
        self, tmp_path: Path, content: bytes, line: int, words: str
    ) -> None:
        for on_error in ("raise", "skip"):
            with pytest.raises(FileFormatError, match=words) as caught:
                values(file(tmp_path, content, "pool.json"), on_error=on_error)
            assert caught.value.line == line

    @pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"[]", b" [ \n]\n"])
    def test_an_empty_file(self, tmp_path: Path, content: bytes) -> None:
        for name, on_error in (("pool.jsonl", "raise"), ("pool.json.gz", "skip")):
            path = file(tmp_path, content, name)
            with pytest.raises(FileFormatError, match="saw an empty file"):
                values(path, on_error=on_error)

    def test_only_broken_records(self, tmp_path: Path) -> None:
        path = file(tmp_path, b"{\n" * 20)
        pool = RecordFile(path, on_error="skip")
        with pytest.raises(FileFormatError, match=r"none of its 20 records.*line 1:"):
            list(pool)
        assert (pool.skipped, len(pool.reasons)) == (20, 5)

    def test_one_object_over_several_lines_says_what_is_expected(self, tmp_path: Path) -> None:
        path = file(tmp_path, b'{\n  "a": 1\n}\n', "pool.json")
        with pytest.raises(FileFormatError, match="one record on each line, or one array"):
            values(path)

    @pytest.mark.parametrize("on_error", ["raise", "skip"])
    @pytest.mark.parametrize(
        "form", [".jsonl.gz", ".jsonl.zst", ".json.gz", ".json.zst", ".txt.zst"]
    )
    def test_a_truncated_archive(self, tmp_path: Path, form: str, on_error: str) -> None:
        path = tmp_path / f"pool{form}"
        source = file(tmp_path, b"x", "source.txt") if ".txt" in form else None
        write_records(path, [b'{"n": %d}' % n for n in range(10_000)], source=source)
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(FileFormatError, match="is truncated"):
            values(path, on_error=on_error)

    def test_text_that_is_not_utf8(self, tmp_path: Path) -> None:
        path = file(tmp_path, b"a\n\xe9\nb\n", "pool.txt")
        with pytest.raises(
            FileFormatError, match="line 2: expected UTF-8; saw byte 0xe9 at position 1"
        ):
            values(path)
        assert values(path, on_error="skip") == ["a", "b"]

    def test_utf16(self, tmp_path: Path) -> None:
        with pytest.raises(FileFormatError, match="saving the file as UTF-8"):
            values(file(tmp_path, '{"a": 1}\n'.encode("utf-16")))

    def test_unknown_on_error(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match='expected "raise" or "skip"'):
            RecordFile(tmp_path / "pool.jsonl", on_error="ignore")


class TestWriting:
    def test_forms(self, tmp_path: Path) -> None:
        raws = [b'{"a": 1}', b'{"b":\n\t[1,\r\n 2]}']
        for name, content in (
            ("a.jsonl", b'{"a": 1}\n{"b":[1,2]}\n'),
            ("b", b'{"a": 1}\n{"b":[1,2]}\n'),
            ("c.json", b'[\n{"a": 1},\n{"b":\n\t[1,\r\n 2]}\n]\n'),
        ):
            assert write_records(tmp_path / name, raws) == 2
            assert (tmp_path / name).read_bytes() == content

    def test_no_records(self, tmp_path: Path) -> None:
        for name, content in (("a.jsonl", b""), ("b.json", b"[\n]\n")):
            assert write_records(tmp_path / name, []) == 0
            assert (tmp_path / name).read_bytes() == content

    def test_text(self, tmp_path: Path) -> None:
        source = file(tmp_path, 'é "q"\nb\n'.encode(), "pool.txt")
        raws = [record.raw for record in RecordFile(source)]
        write_records(tmp_path / "out.txt.gz", raws, source=source)
        with open_binary(tmp_path / "out.txt.gz") as stream:
            assert stream.read() == source.read_bytes()
        for name in ("out.jsonl", "out.json"):
            write_records(tmp_path / name, raws, source=source)
            assert values(tmp_path / name) == [{"text": 'é "q"'}, {"text": "b"}]

    @pytest.mark.parametrize("name", ["out.parquet", "out.csv.gz", "out.txt"])
    def test_a_form_that_cannot_be_written(self, tmp_path: Path, name: str) -> None:
        source = file(tmp_path, b"{}")
        with pytest.raises(ConfigError, match=r"\.jsonl"):
            write_records(tmp_path / name, [b"{}"], source=source)
        with pytest.raises(ConfigError, match=r"\.jsonl"):
            check_destination(tmp_path / name, source)
        assert list(tmp_path.iterdir()) == [source]

    def test_destination_is_refused_before_any_work(self, tmp_path: Path) -> None:
        source = file(tmp_path, b"{}")
        with pytest.raises(ConfigError, match="is also an input"):
            check_destination(source, source)
        with pytest.raises(ConfigError, match="creating it first"):
            check_destination(tmp_path / "none" / "out.jsonl")

    @pytest.mark.parametrize("form", [".jsonl", ".json.gz", ".jsonl.zst"])
    def test_an_error_in_the_records_leaves_nothing(self, tmp_path: Path, form: str) -> None:
        def raws() -> Any:
            yield b"{}"
            raise RuntimeError

        with pytest.raises(RuntimeError):
            write_records(tmp_path / f"out{form}", raws())
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
    def test_a_full_disk_leaves_the_older_file(self, tmp_path: Path) -> None:
        file(tmp_path, b'{"older": true}\n', "out.jsonl")
        script = f"""
            import resource
            from entropylaw.io.write import write_records
            resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
            try:
                write_records({str(tmp_path / "out.jsonl")!r}, [b'{{"n": 1}}'] * 10_000)
            except OSError:
                print("full")
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "full\n"
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [
            ("out.jsonl", b'{"older": true}\n')
        ]
