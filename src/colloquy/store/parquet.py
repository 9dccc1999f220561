"""Rows to Parquet and back, with one explicit schema made from the row classes.

By default a Parquet footer holds the least and the greatest value of each column, which catalogues and previewers copy;
so no statistics are written for columns that hold text.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from typing import Any, get_type_hints

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from colloquy.domain.dataset import TABLES, Row
from colloquy.errors import StoreError

SCALARS: dict[object, Any] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def schema_of(table: str, metadata: Mapping[str, str]) -> pa.Schema:
    """Columns in the order of the row class; what is not Optional there is not-null here."""
    row = TABLES[table]
    hints = get_type_hints(row)
    return pa.schema([_arrow_field(column, hints[column.name]) for column in fields(row)], metadata=dict(metadata))


def to_parquet(table: str, rows: Sequence[Row], metadata: Mapping[str, str]) -> bytes:
    """The rows as one Parquet file. Raises StoreError when a value does not fit its column."""
    schema = schema_of(table, metadata)
    buffer = io.BytesIO()
    try:
        columns = [pa.array([_plain(getattr(row, field.name)) for row in rows], type=field.type) for field in schema]
        pq.write_table(
            pa.Table.from_arrays(columns, schema=schema),
            buffer,
            compression="zstd",
            version="2.6",
            write_statistics=_columns_with_statistics(table),
        )
    except (pa.ArrowException, TypeError, OverflowError):
        raise StoreError(
            f"dataset: a value in {table} is missing or of the wrong type, expected what the data dictionary says. "
            "Run the interviews again whose checks did not pass."
        ) from None
    return buffer.getvalue()


def from_parquet(table: str, content: bytes, shown: str) -> tuple[Any, ...]:
    """Rows of `table`; columns that came later than the file are empty.

    Raises StoreError when the file is damaged or of another release's schema.
    """
    row, schema, read = TABLES[table], schema_of(table, {}), _read(table, content, shown)
    there = [name for name in schema.names if name in read.column_names]
    may_lack = {column.name for column in fields(row) if column.metadata["is_newer"]}
    if read.column_names != there or not set(schema.names) - set(there) <= may_lack:
        raise StoreError(
            f"{shown}: {table}.parquet has other columns than this release of Colloquy writes. "
            "Run the study again to make a new version of the dataset."
        )
    columns = [
        _values(read, field) if field.name in there else [None if field.nullable else ""] * read.num_rows
        for field in schema
    ]
    return tuple(row(*values) for values in zip(*columns, strict=True))


def _values(read: pa.Table, field: pa.Field) -> list[Any]:
    values: list[Any] = read.column(field.name).to_pylist()
    return [tuple(value) for value in values] if pa.types.is_list(field.type) else values


def texts_of(table: str, content: bytes, shown: str) -> tuple[str, ...]:
    """What the columns that hold text hold, those that the file has. Raises StoreError when it is damaged."""
    read = _read(table, content, shown)
    names = [column.name for column in fields(TABLES[table]) if column.metadata["holds_text"]]
    return tuple(text for name in names if name in read.column_names for text in read.column(name).to_pylist() if text)


def _read(table: str, content: bytes, shown: str) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        raise StoreError(
            f"{shown}: {table}.parquet is damaged, expected a Parquet file. Restore it from a backup."
        ) from None


def _arrow_field(column: Field[Any], hint: Any) -> pa.Field:
    is_optional = type(None) in getattr(hint, "__args__", ())
    kind = next(part for part in hint.__args__ if part is not type(None)) if is_optional else hint
    if kind == tuple[str, ...]:
        arrow = pa.list_(pa.field("element", pa.string(), nullable=False))
    elif column.metadata["is_label"]:
        arrow = pa.dictionary(pa.int32(), pa.string())
    else:
        arrow = SCALARS[kind]
    about = {"description": column.metadata["description"]}
    if column.metadata["unit"]:
        about["unit"] = column.metadata["unit"]
    return pa.field(column.name, arrow, nullable=is_optional, metadata=about)


def _columns_with_statistics(table: str) -> list[str]:
    """Paths of the leaves whose least and greatest value may stand in the footer."""
    hints = get_type_hints(TABLES[table])
    shown = [column.name for column in fields(TABLES[table]) if not column.metadata["holds_text"]]
    return [f"{name}.list.element" if hints[name] == tuple[str, ...] else name for name in shown]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
