"""Files as streams: packing by name, broken archives, and outputs that are complete or absent."""

from __future__ import annotations

import gzip
import os
import stat
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.errors import ConfigError, FileFormatError
from entropylaw.io.files import atomic_write, check_output, open_binary, open_text

SUFFIXES = ["", ".gz", ".zst"]
WORDS = b"".join(b"%d words, " % n for n in range(20_000))


def pack(data: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        return gzip.compress(data)
    return zstandard.compress(data) if suffix == ".zst" else data


def read(path: Path) -> bytes:
    with open_binary(path) as stream:
        return stream.read()


class TestReading:
    @pytest.mark.parametrize("suffix", [*SUFFIXES, ".GZ", ".ZST"])
    def test_unpacked_by_name(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"pool.txt{suffix}"
        path.write_bytes(pack(WORDS, suffix.lower()))
        assert read(path) == WORDS
        with open_binary(path) as stream:
            assert [len(stream.read(7)), len(stream.read(100_000))] == [7, 100_000]

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_empty(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"pool{suffix}"
        path.write_bytes(b"")
        assert read(path) == b""
        path.write_bytes(pack(b"", suffix))
        assert read(path) == b""

    @pytest.mark.parametrize("suffix", [".gz", ".zst"])
    def test_several_archives_in_one_file(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"pool{suffix}"
        path.write_bytes(pack(b"one\n", suffix) + pack(b"", suffix) + pack(WORDS, suffix))
        assert read(path) == b"one\n" + WORDS

    def test_skippable_zstd_frame(self, tmp_path: Path) -> None:
        path = tmp_path / "pool.zst"
        path.write_bytes(b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + zstandard.compress(WORDS))
        assert read(path) == WORDS

    def test_zstd_with_a_long_window(self, tmp_path: Path) -> None:
        parameters = zstandard.ZstdCompressionParameters(window_log=28)
        packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        (tmp_path / "pool.zst").write_bytes(packer.compress(WORDS) + packer.flush())
        assert read(tmp_path / "pool.zst") == WORDS

    @pytest.mark.parametrize("suffix", [".gz", ".zst"])
    @pytest.mark.parametrize("kept", [1, 3, 11, 0.5, -5, -1])
    def test_cut_short(self, tmp_path: Path, suffix: str, kept: float) -> None:
        packed = pack(WORDS, suffix)
        path = tmp_path / f"pool{suffix}"
        path.write_bytes(packed[: int(kept * len(packed)) if kept == 0.5 else int(kept)])
        with pytest.raises(FileFormatError, match=r"is truncated|saw none, or a broken one"):
            read(path)

    @pytest.mark.parametrize("suffix", [".gz", ".zst"])
    @given(position=st.integers(4, 2_000), flip=st.integers(1, 255))
    @settings(max_examples=60)
    def test_damage_is_never_another_exception(
        self, tmp_path_factory: pytest.TempPathFactory, suffix: str, position: int, flip: int
    ) -> None:
        packed = bytearray(pack(WORDS[:20_000], suffix))
        packed[position % len(packed)] ^= flip
        path = tmp_path_factory.mktemp("damage") / f"pool{suffix}"
        path.write_bytes(packed)
        with suppress(FileFormatError):  # zstd notices no change in its unused header bits
            read(path)

    @pytest.mark.parametrize("suffix", [".gz", ".zst"])
    def test_not_packed_at_all(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"pool.jsonl{suffix}"
        path.write_bytes(b'{"text": "a"}\n')
        with pytest.raises(FileFormatError, match="rename it if it is not compressed"):
            read(path)

    @pytest.mark.parametrize("suffix", [".gz", ".zst"])
    def test_packed_but_not_named_so(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / "pool.jsonl"
        path.write_bytes(pack(WORDS, suffix))
        with pytest.raises(FileFormatError, match=rf"ends in \{suffix}$"):
            open_binary(path)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            open_binary(tmp_path / "none.gz")

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_text(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"pool.txt{suffix}"
        path.write_bytes(pack("\ufeffé\r\nb\n".encode(), suffix))
        with open_text(path) as stream:
            assert list(stream) == ["é\r\n", "b\n"]


class TestAtomicWrite:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_packed_by_name_and_alone_in_its_folder(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"out.txt{suffix}"
        with atomic_write(path) as sink:
            sink.write(WORDS)
            assert not path.exists()
        assert read(path) == WORDS
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize("suffix", [".gz", ".zst"])
    def test_same_bytes_give_the_same_file(self, tmp_path: Path, suffix: str) -> None:
        for name in ("one", "two"):
            with atomic_write(tmp_path / f"{name}{suffix}") as sink:
                sink.write(WORDS)
        one, two = sorted(tmp_path.iterdir())
        assert one.read_bytes() == two.read_bytes()

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
    def test_an_error_leaves_nothing(
        self, tmp_path: Path, suffix: str, error: type[BaseException]
    ) -> None:
        def write() -> None:
            with atomic_write(tmp_path / f"out{suffix}") as sink:
                sink.write(WORDS)
                raise error

        with pytest.raises(error):
            write()
        assert list(tmp_path.iterdir()) == []

    def test_an_error_leaves_the_older_file(self, tmp_path: Path) -> None:
        path = tmp_path / "out.txt"
        path.write_bytes(b"older")

        def write() -> None:
            with atomic_write(path) as sink:
                sink.write(b"newer")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            write()
        assert path.read_bytes() == b"older"
        with atomic_write(path) as sink:
            sink.write(b"newer")
        assert path.read_bytes() == b"newer"
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_full_disk_leaves_nothing(self, tmp_path: Path, suffix: str) -> None:
        script = f"""
            import os, resource
            from entropylaw.io.files import atomic_write
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
            try:
                with atomic_write({str(tmp_path / "out")!r} + "{suffix}") as sink:
                    for _ in range(10):
                        sink.write(os.urandom(20_000))
            except OSError as problem:
                print(type(problem).__name__, os.listdir({str(tmp_path)!r}))
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "OSError []\n"

    @pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
    def test_permissions_are_those_of_any_new_file(self, tmp_path: Path) -> None:
        (tmp_path / "usual").write_bytes(b"")
        with atomic_write(tmp_path / "out"):
            pass
        usual, out = ((tmp_path / name).stat().st_mode for name in ("usual", "out"))
        assert stat.S_IMODE(usual) == stat.S_IMODE(out)

    def test_a_link_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        link = tmp_path / "link.txt"
        link.symlink_to(tmp_path / "real" / "out.txt")
        with atomic_write(link) as sink:
            sink.write(b"a")
        assert link.is_symlink()
        assert (tmp_path / "real" / "out.txt").read_bytes() == b"a"


class TestCheckOutput:
    def test_inputs_are_never_written_over(self, tmp_path: Path) -> None:
        pool = tmp_path / "pool.jsonl"
        pool.write_bytes(b"a")
        link = tmp_path / "link.jsonl"
        link.symlink_to(pool)
        hard = tmp_path / "hard.jsonl"
        os.link(pool, hard)
        for output in (pool, tmp_path / "." / "pool.jsonl", link, hard, str(pool)):
            with (
                pytest.raises(ConfigError, match="is also an input"),
                atomic_write(output, inputs=[tmp_path / "other", pool]) as sink,
            ):
                sink.write(b"b")
        assert pool.read_bytes() == b"a"

    def test_what_is_no_regular_file(self, tmp_path: Path) -> None:
        for output in (tmp_path, os.devnull):
            with pytest.raises(ConfigError, match="not a regular file"):
                check_output(output)

    def test_missing_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="creating it first"):
            check_output(tmp_path / "none" / "out.jsonl")

    def test_a_new_name_is_fine(self, tmp_path: Path) -> None:
        pool = tmp_path / "pool.jsonl"
        pool.write_bytes(b"a")
        assert check_output(tmp_path / "out", [pool]) == (tmp_path / "out").resolve()
