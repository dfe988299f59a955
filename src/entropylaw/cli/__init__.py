"""The command `entropylaw`: select, measure and fit from a shell."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from entropylaw.errors import EntropyLawError, MissingExtraError


def main() -> None:
    """Run the command line; an error is printed on stderr in one line, with exit status 1."""
    try:
        for package in ("typer", "rich"):
            if find_spec(package) is None:
                raise MissingExtraError(package, extra="cli", purpose="the command line")
        from entropylaw.cli.app import app

        app()
    except (EntropyLawError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
