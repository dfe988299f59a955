"""Every Python block of README and docs runs, page by page, in a folder with sample files.

The blocks of a page run in order and share their variables. A block with ``>>>`` prompts is a doctest;
any other is executed. The folder holds `pool.jsonl`, `pool.parquet`, `owned.jsonl`, `runs.csv` and
`versions.csv`.
Blocks fenced as ``py`` need a trainer or a cluster and are not run.

Of shell blocks, each `entropylaw` command must be one that exists, with options that exist; those of
the page on the command line, and a few more, are run. Blocks of TOML whose first line is a comment
with a name are written as files to the folder.
"""

import doctest
import json
import re
import shlex
import sys
import warnings
from types import ModuleType

import pandas as pd
import pytest
from doc_pages import PAGES, ROOT, page_id
from typer.testing import CliRunner

from entropylaw.cli.app import app
from entropylaw.errors import EntropyLawWarning
from entropylaw.io.stdlib_pool import stdlib_records

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOML = re.compile(r"^```toml\n(# (\S+\.toml)\n.*?)^```", re.MULTILINE | re.DOTALL)
RUN = [
    "docs/how-to/command-line.md",
    "docs/how-to/extend-a-dataset.md",
    "docs/reference/cli.md",
]
"""Pages whose shell commands are run, in their order."""

RUNS = """\
dataset,compressor,compression_ratio,first_epoch_loss,performance,group
random,zlib:9,2.95,1.31,6.85,mistral
random-2,zlib:9,2.91,1.29,6.83,mistral
diverse,zlib:9,2.72,1.26,6.91,mistral
long,zlib:9,3.10,1.36,6.71,mistral
quality,zlib:9,2.86,1.24,6.88,mistral
dedup,zlib:9,2.64,1.27,6.97,mistral
perplexity,zlib:9,3.22,1.41,6.62,mistral
zip,zlib:9,2.41,1.22,7.08,mistral
"""

VERSIONS = """\
version,compression_ratio,first_epoch_loss,ratio_std_err,loss_std_err
v1,2.81,1.31,0.01,0.008
v2,2.82,1.31,0.01,0.008
v3,3.10,1.42,0.01,0.008
"""


def pages():
    return [
        pytest.param(page, id=page_id(page))
        for page in PAGES
        if BLOCK.search(page.read_text(encoding="utf-8"))
    ]


def commands(page):
    """Return the arguments of each `entropylaw` command in the shell blocks of a page."""
    found = []
    for block in SHELL.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["entropylaw"]:
                found.append(words[1:])
    return found


@pytest.fixture(scope="module")
def small_pool():
    return [json.dumps(record, ensure_ascii=False) for record in stdlib_records()[::12]]


@pytest.fixture
def sample_folder(tmp_path, monkeypatch, small_pool):
    for name, lines in (("pool", small_pool), ("owned", small_pool[:50])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pd.DataFrame(map(json.loads, small_pool)).to_parquet(tmp_path / "pool.parquet")
    (tmp_path / "runs.csv").write_text(RUNS)
    (tmp_path / "versions.csv").write_text(VERSIONS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", pages())
def test_page_runs(page, sample_folder, monkeypatch):
    script = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", script)  # where pickle looks for a page's classes
    names = vars(script)
    text = page.read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 1
            run(block.group(1), names, page, line)
    assert names


@pytest.mark.parametrize("page", [pytest.param(p, id=page_id(p)) for p in PAGES if commands(p)])
def test_commands_exist(page):
    for arguments in commands(page):
        done = CliRunner().invoke(app, [*arguments, "--help"])
        assert done.exit_code == 0, f"entropylaw {shlex.join(arguments)}\n{done.output}"


@pytest.mark.parametrize("page", RUN)
def test_commands_run(page, sample_folder):
    for text, name in TOML.findall((ROOT / page).read_text(encoding="utf-8")):
        (sample_folder / name).write_text(text, encoding="utf-8")
    for arguments in commands(ROOT / page):
        with warnings.catch_warnings():  # the application sets filters of its own
            done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, f"entropylaw {shlex.join(arguments)}\n{done.exception!r}"


def run(code, names, page, line):
    if ">>>" not in code:
        exec(compile("\n" * line + code, str(page), "exec"), names)
        return
    examples = doctest.DocTestParser().get_doctest(code, names, page.name, str(page), line)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples, clear_globs=False)
    names.update(examples.globs)
    assert runner.failures == 0, f"{page}, line {line}: see the output above"
