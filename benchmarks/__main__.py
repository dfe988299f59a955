"""Run a benchmark, or fill the tables of the pages: ``python -m benchmarks [NAME]``."""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
AIMS = (
    "quality", "quality_by_schedule", "cost_by_prefix", "overhead", "scaling", "paper_size",
    "estimate", "paper_vs_script", "million", "safe_selection", "controls_cost", "import_time",
)  # fmt: skip
"""The results with targets, in the order of docs/benchmarks.md."""


def found() -> dict[str, Path]:
    """Return the file of each benchmark by name, without importing any."""
    files = sorted(HERE.glob("*/[!_]*.py"), key=lambda path: (path.parent.name, path.stem))
    return {path.stem: path for path in files if path.parent.name != "common"}


def first_line(path: Path) -> str:
    """Return the first line of a module's docstring."""
    return (ast.get_docstring(ast.parse(path.read_bytes())) or "").partition("\n")[0]


def module_of(name: str) -> ModuleType:
    """Import a benchmark."""
    path = found()[name]
    return importlib.import_module(f"benchmarks.{path.parent.name}.{name}")


def main(arguments: Sequence[str] | None = None) -> None:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help"):
        print(overview())
    elif words[0] == "tables":
        fill_tables(words[1:])
    elif words[0] == "quick":
        run_all_quick()
    elif words[0] == "figures":
        importlib.import_module("benchmarks.figures").draw_all()
    elif words[0] in found():
        run_benchmark(words[0], words[1:])
    else:
        sys.exit(f"NAME: expected a benchmark; saw {words[0]!r}. Try: python -m benchmarks")


def overview() -> str:
    """Return the names of all benchmarks, with one line for each."""
    lines = ["usage: python -m benchmarks NAME [--quick | --data DIR] [options; see NAME --help]"]
    folder = ""
    for name, path in found().items():
        if path.parent.name != folder:
            folder = path.parent.name
            lines += ["", folder]
        lines.append(f"  {name:17} {first_line(path)}")
    lines += [
        "",
        "others",
        "  quick             Run every benchmark with --quick, and check that it works.",
        "  tables            Fill the tables of the pages from results; --check only compares.",
        "  figures           Draw the figures of the pages from results.",
    ]
    return "\n".join(lines)


def parser_of(name: str, module: ModuleType) -> argparse.ArgumentParser:
    """Return the options of a benchmark: common ones and one per field of its Settings."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--quick", action="store_true", help="seconds, on small data made here")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the data sets")
    parser.add_argument("--script", type=Path, metavar="PATH", help="copy of the published ZIP.py")
    parser.add_argument("--output", type=Path, metavar="FILE", help="of the record")
    for field in fields(module.Settings):
        many = isinstance(field.default, tuple)
        kind = type(field.default[0] if many else field.default)
        shown = " ".join(map(str, field.default)) if many else field.default
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=kind,
            nargs="+" if many else None,
            metavar=kind.__name__.upper(),
            help=f"default: {shown}",
        )
    return parser


def run_benchmark(name: str, words: Sequence[str]) -> None:
    """Run a benchmark; its record is written after each completed part."""
    from benchmarks.common.inputs import Inputs, write_made_data
    from benchmarks.common.record import RESULTS, Record

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    module = module_of(name)
    parser = parser_of(name, module)
    given = vars(parser.parse_args(words))
    quick, output = given.pop("quick", False), given.pop("output", None)
    data, script = given.pop("data", None), given.pop("script", None)
    if quick and output is not None and RESULTS in output.resolve().parents:
        parser.error("--output: quick results do not belong in benchmarks/results")
    lists = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
    settings = replace(module.QUICK if quick else module.Settings(), **given | lists)
    target = output or (None if quick else RESULTS / f"{name}.json")
    with tempfile.TemporaryDirectory() as folder:
        if quick and data is None:
            data = Path(folder)
            write_made_data(data)
        for results in module.run(settings, Inputs(data, script, quick)):
            record = Record.made_now(name, shown(name, words), asdict(settings), results)
            if target is not None:
                target.write_text(record.to_json(), encoding="utf-8")
    print(f"wrote {target}" if target else record.to_json())
    verdict = getattr(module, "failure", lambda results: None)(record.results)
    if verdict:
        sys.exit(verdict)


def run_all_quick() -> None:
    """Run every benchmark with --quick in its own process; fail if any fails."""
    failed = []
    for name in found():
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", name, "--quick"],
            cwd=HERE.parent,
            check=False,
            capture_output=True,
            text=True,
        )
        print(f"{name:17} {time.perf_counter() - start:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stderr, file=sys.stderr)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def shown(name: str, words: Sequence[str]) -> str:
    """Return the command line without paths."""
    names = {"--data": "DIR", "--script": "ZIP.py"}
    kept: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before == "--output" or word == "--output" or word.startswith("--output="):
            continue
        option = word.partition("=")[0]
        kept.append(f"{option}={names[option]}" if "=" in word and option in names else word)
        if before in names:
            kept[-1] = names[before]
    return " ".join(["python -m benchmarks", name, *map(shlex.quote, kept)])


def contents() -> dict[str, str]:
    """Return the content of every marked place, from the stored records."""
    from benchmarks import retired
    from benchmarks.common.page import results, table

    records = results()
    places: dict[str, str] = {}
    aims: dict[str, list[list[str]]] = {}
    for name, record in records.items():
        module = module_of(name) if name in found() else retired.of(name)
        drawn: Mapping[str, str] = getattr(module, "tables", lambda _: {})(record)
        places |= {
            place: f"{record.heading}\n\n{text}" if place == name else text
            for place, text in drawn.items()
        }
        if name in AIMS:
            aims[name] = [
                [row.aim, row.measured, "yes" if row.met else "**no**", f"`{name}`"]
                for row in module.targets(record.results)
            ]
    rows = [row for name in AIMS for row in aims[name]]
    places["targets"] = table(["target", "measured", "met", "made by"], rows)
    places["commands"] = table(
        ["made by", "command", "date", "load"],
        [
            [f"`{name}`", f"`{of.command}`", of.date, f"{of.machine['load_at_end'][0]:.1f}"]
            for name, of in ((name, records[name]) for name in AIMS)
        ],
    )
    return places


def outdated() -> Iterator[tuple[Path, str]]:
    """Yield each page whose tables differ from the results, with the text it should have."""
    from benchmarks.common.page import filled, pages

    places = contents()
    for page in pages():
        text = page.read_text(encoding="utf-8")
        wanted = filled(text, places)
        if wanted != text:
            yield page, wanted


def fill_tables(words: Sequence[str]) -> None:
    """Write the tables of all pages, or only list those that differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks tables")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if any differ")
    check = parser.parse_args(words).check
    changed = list(outdated())
    for page, text in changed:
        print(f"{page.relative_to(HERE.parent)}: tables differ from the results")
        if not check:
            page.write_text(text, encoding="utf-8")
    if check and changed:
        sys.exit(1)


if __name__ == "__main__":
    main()
