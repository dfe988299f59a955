"""Read pools from data and files, write selected records, and render records as text.

Public names are loaded on first use, so that importing this package stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entropylaw.io.chat import chat_template
    from entropylaw.io.file_pool import FilePool, load_file
    from entropylaw.io.load import PoolData, as_corpus, read_pool, take_records
    from entropylaw.io.mapped import build_mapped, open_mapped, save_mapped
    from entropylaw.io.render import Render, Renderer, Text
    from entropylaw.io.shapes import RULES
    from entropylaw.io.stdlib_pool import stdlib_records
    from entropylaw.io.write import write_chosen, write_records

_HOMES = {
    "FilePool": "file_pool",
    "PoolData": "load",
    "RULES": "shapes",
    "Render": "render",
    "Renderer": "render",
    "Text": "render",
    "as_corpus": "load",
    "build_mapped": "mapped",
    "chat_template": "chat",
    "load_file": "file_pool",
    "open_mapped": "mapped",
    "read_pool": "load",
    "save_mapped": "mapped",
    "stdlib_records": "stdlib_pool",
    "take_records": "load",
    "write_chosen": "write",
    "write_records": "write",
}

__all__ = [
    "RULES",
    "FilePool",
    "PoolData",
    "Render",
    "Renderer",
    "Text",
    "as_corpus",
    "build_mapped",
    "chat_template",
    "load_file",
    "open_mapped",
    "read_pool",
    "save_mapped",
    "stdlib_records",
    "take_records",
    "write_chosen",
    "write_records",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'entropylaw.io' has no attribute {name!r}")
    return getattr(import_module(f"entropylaw.io.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
