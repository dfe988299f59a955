"""Draw docs/images/report.png: the top of a report page, from the documentation of this Python.

Needs chromium; run as ``python benchmarks/report_picture.py``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from entropylaw import ZipSelector
from entropylaw.io.stdlib_pool import stdlib_records

TARGET = Path(__file__).parents[1] / "docs" / "images" / "report.png"
WIDTH, HEIGHT = 1000, 1240


def main() -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no chromium on this machine (Debian: apt install chromium)")
    result = ZipSelector(1_000, compressor="zstd:6:long", groups="source").select(stdlib_records())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        result.report(page)
        subprocess.run(
            [
                browser,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={TARGET}",
                page.as_uri(),
            ],
            check=True,
            timeout=120,
            capture_output=True,
        )
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    main()
