"""The file of a result: a zip of JSON and plain arrays, without pickle."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass

import numpy as np

from entropylaw.errors import InputError
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.trace import PICK, SCREENING_CUTOFF, SHORTLISTED, TRACE, Evidence
from entropylaw.types import AnyArray

_EVIDENCE = {
    "shortlisted": SHORTLISTED,
    "screening_cutoff": SCREENING_CUTOFF,
    "left_out": np.dtype(np.uint8),
}
_ARRAYS = {"picks": PICK, "trace": TRACE} | _EVIDENCE
"""Members of the file of a result, and what they hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """What the file holds; see `SelectionResult`."""

    picks: AnyArray
    trace: AnyArray
    evidence: Evidence
    manifest: Manifest


def packed(archive: Archive) -> bytes:
    """Return the file; equal results give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as sink:
        _add(sink, "manifest.json", archive.manifest.to_json().encode())
        arrays = [("picks", archive.picks), ("trace", archive.trace)]
        arrays += [(name, getattr(archive.evidence, name)) for name in _EVIDENCE]
        for name, array in arrays:
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            _add(sink, f"{name}.npy", member.getvalue())
    return buffer.getvalue()


def read_archive(path: str | os.PathLike[str]) -> Archive:
    """Read the file.

    Raises
    ------
    InputError
        If it is something else.
    """
    try:
        with zipfile.ZipFile(path) as source:
            manifest = source.read("manifest.json")
            arrays = {
                name: np.load(
                    io.BytesIO(source.read(f"{_member(source, name)}.npy")), allow_pickle=False
                )
                for name in _ARRAYS
            }
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(
            f"{path} is no saved selection: {error}. Expected what result.save() wrote."
        ) from error
    if any(arrays[name].dtype != kind for name, kind in _ARRAYS.items()):
        raise InputError(f"{path} was saved by another version of entropylaw; select again.")
    for array in arrays.values():
        array.setflags(write=False)
    return Archive(
        picks=arrays["picks"],
        trace=arrays["trace"],
        evidence=Evidence(*(arrays[name] for name in _EVIDENCE)),
        manifest=Manifest.from_json(manifest, source=str(path)),
    )


def _add(sink: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a member without the time of day."""
    sink.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _member(source: zipfile.ZipFile, name: str) -> str:
    """Return the member that holds an array: files of format 1 had an older name for one."""
    if name == "screening_cutoff" and f"{name}.npy" not in source.namelist():
        return "last_screened"
    return name
