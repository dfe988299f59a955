"""A saved result: its file, a zip of JSON and plain arrays, and the problem rebuilt from it."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass

import numpy as np

from entropylaw.compressors import get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import FingerprintError, InputError
from entropylaw.io.load import PoolData, Render, as_corpus, read_pool
from entropylaw.selection.eligibility import Eligibility
from entropylaw.selection.limits import NO_LIMIT, Limits
from entropylaw.selection.manifest import Manifest, restored
from entropylaw.selection.outcomes import number_of
from entropylaw.selection.problem import Problem
from entropylaw.selection.quotas import Groups, groups_of
from entropylaw.selection.trace import PICK, SCREENING_CUTOFF, SHORTLISTED, TRACE, Evidence
from entropylaw.types import AnyArray, IntArray

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
    except (zipfile.BadZipFile, KeyError, ValueError, IsADirectoryError) as error:
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


def rebuilt(
    data: object, manifest: Manifest, picks: AnyArray, evidence: Evidence, render: Render
) -> Problem:
    """Return the problem of a selection that was read from a file.

    Groups and tokens are known if they are columns of the data; weights of criteria are not.

    Parameters
    ----------
    data : object
        The pool as it was selected from.
    manifest, picks, evidence
        Of the result.
    render : Render
        The function that rendered the records, if one did.

    Raises
    ------
    InputError
        If there is no data, or the records were rendered by a function that is not given.
    FingerprintError
        If it is not the pool that was selected from.
    CompressorSpecError
        If the compressor is not in the registry.
    """
    pool = same_pool(data, manifest, render)
    count, name = len(pool.corpus), manifest.options.get("groups")
    groups = (
        groups_of(pool.columns[name], count) if name is not None and name in pool.columns else None
    )
    first = picks["row"][picks["round"] == 0]
    required = first if "required" in manifest.digests else np.empty(0, np.int64)
    selectable = evidence.left_out == 0
    selectable[required] = False
    return Problem(
        corpus=pool.corpus,
        compressor=get_compressor(manifest.compressor.name),
        eligibility=Eligibility(selectable, manifest.left_out, evidence.left_out),
        limits=_limits(pool, manifest, groups),
        groups=groups,
        required=required,
    )


def same_pool(data: object, manifest: Manifest, render: Render) -> PoolData:
    """Return the pool that was selected from, with its columns of groups and tokens.

    Raises
    ------
    InputError
        If there is no data, or the records were rendered by a function that is not given.
    FingerprintError
        If it is another pool.
    """
    if data is None:
        raise InputError(
            "data: expected the pool, since a selection that was read from a file does not hold "
            "it; saw none. Pass the data that select() was given, as data=."
        )
    pool = _read_again(data, manifest, render)
    if pool.corpus.fingerprint != manifest.pool.fingerprint:
        raise FingerprintError(
            "data: expected the pool that was selected from; saw records with another "
            "fingerprint. Pass the data that select() was given, in the same order."
        )
    return pool


def corpus_again(data: object, manifest: Manifest, render: Render) -> Corpus:
    """Return the bytes of records as the selection read them.

    Raises
    ------
    InputError
        If they were rendered by a function that is not given.
    """
    if isinstance(data, Corpus):
        return data
    rule, text = _reading(manifest, render)
    return as_corpus(data, render=rule, text=text)


def check_replayable(problem: Problem, manifest: Manifest) -> None:
    """Raise if the selection was also decided by values that its file does not hold.

    Raises
    ------
    InputError
        Naming them.
    """
    options = manifest.options
    unknown = {one.control: one.ranks for one in manifest.criteria} | {
        "weights": "weights" in manifest.digests,
        "an initial subset": manifest.initial_subset is not None,
        "groups that were passed to select()": options.get("quotas") is not None
        and problem.groups is None,
        "tokens that were passed to select()": manifest.budget.unit == "tokens"
        and problem.limits.unit != "tokens",
    }
    missing = [what for what, used in unknown.items() if used]
    if missing:
        raise InputError(
            f"the selection was also decided by {', '.join(missing)}, which its file does not "
            "hold, so its steps cannot be repeated. Explain records of the result that select() "
            "returns."
        )


def _reading(manifest: Manifest, render: Render) -> tuple[Render, str | tuple[str, ...] | None]:
    """Return the rule and the columns by which the records were read."""
    recorded, text = manifest.options.get("render"), manifest.options.get("text")
    for record in (recorded, text):
        if isinstance(record, dict) and render is None:
            raise InputError(
                f"render: expected the function {record['name']} that rendered the records, "
                "which a file cannot hold; saw none. Pass it as "
                "SelectionResult.load(path, render=...)."
            )
    if render is not None:
        return render, None
    columns = restored("text", text)
    return recorded, columns if isinstance(columns, str | tuple) else None


def _read_again(data: object, manifest: Manifest, render: Render) -> PoolData:
    """Return the text of the pool, with the columns of groups and tokens."""
    if isinstance(data, Corpus):
        return PoolData(data, {})
    budget = manifest.options["budget"]
    counts = budget.get("counts") if isinstance(budget, dict) else None
    columns = [name for name in (manifest.options.get("groups"), counts) if name is not None]
    rule, text = _reading(manifest, render)
    return read_pool(data, render=rule, text=text, columns=tuple(dict.fromkeys(columns)))


def _limits(pool: PoolData, manifest: Manifest, groups: Groups | None) -> Limits:
    """Return budget and quotas as the manifest records them."""
    outcome, recorded = manifest.budget, manifest.options["budget"]
    total, counted_by = int(number_of(outcome.asked["total"])), str(outcome.asked["counted by"])
    costs: IntArray | None = None
    if outcome.unit == "bytes":
        costs = pool.corpus.lengths
    elif outcome.unit == "tokens":
        counts = recorded.get("counts")
        if counts not in pool.columns:
            return Limits(total)
        costs = np.asarray(pool.columns[counts], np.int64)
    limits = Limits(
        total,
        costs,
        unit="tokens"
        if outcome.unit == "tokens"
        else ("bytes" if outcome.unit == "bytes" else "records"),
        counted_by=counted_by,
    )
    if manifest.options.get("quotas") is None or groups is None:
        return limits
    bounds = [one.asked for one in manifest.outcomes_of("group")]
    low = [int(number_of(one["minimum"])) for one in bounds]
    high = [
        NO_LIMIT if one["maximum"] is None else int(number_of(one["maximum"])) for one in bounds
    ]
    return Limits(
        limits.total,
        limits.costs,
        groups.codes,
        np.array(low, np.int64),
        np.array(high, np.int64),
        limits.unit,
        limits.counted_by,
    )
