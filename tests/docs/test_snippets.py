"""Every Python block of README and docs runs, page by page, in a folder with sample files.

Blocks of one page share their names and run in order. A block with ``>>>`` prompts is a doctest;
any other is executed. The folder holds `pool.jsonl`, `runs.csv` and `versions.csv`. Blocks fenced
as ``py`` need a trainer and are not run.
"""

import doctest
import json
import re
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from entropylaw.errors import EntropyLawWarning
from entropylaw.io.stdlib_pool import stdlib_records

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

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
        pytest.param(page, id=str(page.relative_to(ROOT)))
        for page in PAGES
        if BLOCK.search(page.read_text(encoding="utf-8"))
    ]


@pytest.fixture
def sample_folder(tmp_path, monkeypatch):
    records = stdlib_records()[::12]
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    (tmp_path / "pool.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
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


def run(code, names, page, line):
    if ">>>" not in code:
        exec(compile("\n" * line + code, str(page), "exec"), names)
        return
    examples = doctest.DocTestParser().get_doctest(code, names, page.name, str(page), line)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples, clear_globs=False)
    names.update(examples.globs)
    assert runner.failures == 0, f"{page}, line {line}: see the output above"
