"""Records in every container that the library reads, and how to compare them."""

from __future__ import annotations

import json

import datasets
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

RECORDS = [
    {"id": i, "text": f"record {i} \u00e9\u4e2d\U0001f600" * (i % 3), "meta": {"tags": ["a", str(i)]}, "score": i / 7}
    for i in range(700)
]  # fmt: skip
TEXTS = [record["text"] for record in RECORDS]
ROWS = [699, 3, 0, 257, 4]


def chunked_table() -> pa.Table:
    whole = pa.Table.from_pylist(RECORDS)
    return pa.concat_tables([whole.slice(0, 100), whole.slice(100, 1), whole.slice(101)])


def object_frame() -> pd.DataFrame:
    return pd.DataFrame({key: pd.Series([r[key] for r in RECORDS], dtype=object) for key in RECORDS[0]})  # fmt: skip


CONTAINERS = {
    "list": lambda: RECORDS,
    "tuple": lambda: tuple(RECORDS),
    "object array": lambda: np.array(RECORDS, dtype=object),
    "pandas": lambda: pd.DataFrame(RECORDS),
    "pandas of objects": object_frame,
    "pandas with an index": lambda: pd.DataFrame(RECORDS, index=[f"r{i}" for i in range(700)]),
    "pandas by Arrow": lambda: pa.Table.from_pylist(RECORDS).to_pandas(types_mapper=pd.ArrowDtype),
    "pandas python strings": lambda: pd.DataFrame(RECORDS).astype({"text": "string[python]"}),
    "polars": lambda: pl.DataFrame(RECORDS),
    "polars lazy": lambda: pl.DataFrame(RECORDS).lazy(),
    "Arrow table": lambda: pa.Table.from_pylist(RECORDS),
    "Arrow table in chunks": chunked_table,
    "Arrow slice": lambda: pa.Table.from_pylist([RECORDS[5], *RECORDS]).slice(1),
    "record batch": lambda: pa.RecordBatch.from_pylist(RECORDS),
    "dataset": lambda: datasets.Dataset.from_list(RECORDS),
    "shuffled dataset": lambda: datasets.Dataset.from_list(RECORDS[::-1]).select(range(699, -1, -1)),
    "formatted dataset": lambda: datasets.Dataset.from_list(RECORDS).with_format("numpy", columns=["id"]),
    "transformed dataset": lambda: datasets.Dataset.from_list(RECORDS).with_transform(lambda batch: batch),
    "streamed dataset": lambda: datasets.Dataset.from_list(RECORDS).to_iterable_dataset(),
    "narwhals over Arrow": lambda: nw.from_native(pa.Table.from_pylist(RECORDS)),
}  # fmt: skip


def rows_of(data: object) -> list[dict]:
    """Return records as dicts, by each library's own means."""
    if isinstance(data, pd.DataFrame):
        return json.loads(data.to_json(orient="records"))
    if isinstance(data, pl.LazyFrame):
        data = data.collect()
    if isinstance(data, pl.DataFrame):
        return data.to_dicts()
    if isinstance(data, pa.Table | pa.RecordBatch):
        return data.to_pylist()
    if isinstance(data, nw.DataFrame):
        return list(data.iter_rows(named=True))
    if isinstance(data, datasets.Dataset):
        return data.with_format(None).to_list()
    return list(data)
