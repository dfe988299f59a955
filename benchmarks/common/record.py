"""The result of a benchmark: one record, with its writer and reader."""

from __future__ import annotations

import json
import os
import platform
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

RESULTS = Path(__file__).parents[1] / "results"
LIBRARIES = ("entropylaw", "numpy", "zstandard", "lz4", "brotli", "isal", "zlib-ng", "torch")
HEAD = ("name", "command", "date", "machine", "versions", "parameters")


@dataclass(frozen=True)
class Record:
    """Command, date, machine, versions, parameters and results of one run."""

    name: str
    command: str
    results: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    date: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def made_now(
        cls, name: str, command: str, parameters: Mapping[str, Any], results: Mapping[str, Any]
    ) -> Self:
        """Return a record with today's date and the facts of this machine."""
        return cls(
            name=name,
            command=command,
            results=results,
            parameters=parameters,
            date=datetime.now(UTC).strftime("%Y-%m-%d"),
            machine={
                "system": platform.system(),
                "architecture": platform.machine(),
                "cpu": _cpu_model(),
                "cores": os.cpu_count(),
                "load_at_end": [round(load, 2) for load in os.getloadavg()],
            },
            versions={"python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION}
            | {name: found for name in LIBRARIES if (found := _version(name))},
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file; older files have their results next to the other keys."""
        found = json.loads(path.read_text(encoding="utf-8"))
        if "results" in found and "parameters" in found:
            return cls(**found)
        head = {
            key: found.pop(key) for key in ("command", "date", "machine", "versions") & found.keys()
        }
        return cls(**{"name": path.stem, "command": "", "results": found} | head)

    def to_json(self) -> str:
        """Return the content of a result file."""
        fields = asdict(self)
        ordered = {key: fields[key] for key in (*HEAD, "results")}
        return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"

    @property
    def heading(self) -> str:
        """The command, and a line about the machine and the versions."""
        machine, versions = self.machine, self.versions
        return (
            f"`{self.command}`\n\n"
            f"{self.date}, {machine['cpu']}, {machine['cores']} cores, load at the end "
            f"{machine['load_at_end'][0]}; Python {versions['python']}, zlib {versions['zlib']}, "
            f"zstandard {versions['zstandard']}, lz4 {versions['lz4']}."
        )


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _cpu_model() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
