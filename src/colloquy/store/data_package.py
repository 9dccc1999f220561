"""What lies beside the Parquet files: a Data Package v2 descriptor and a README for the analyst.

The descriptor leaves `bytes` out: frictionless reports a false byte-count error for Parquet when it is there.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, get_type_hints

from colloquy.domain.dataset import TABLES, DatasetTables

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
KEYS = {"interviews": "interview_id", "utterances": "utterance_id", "words": "word_id", "redactions": "redaction_id"}
BELONGS_TO = {"interview_id": "interviews", "utterance_id": "utterances"}
ABOUT = {
    "interviews": "One row an interview: length, speakers, counts and quality.",
    "utterances": "One row an utterance: what one speaker said without giving up the floor. Begin here for coding.",
    "words": "One row a word, with its time. A placeholder such as [Person 3] counts as one word.",
    "redactions": "One row a replacement: where it stands and what kind of identifier it replaced, never the original.",
}


def content_digest(tables: DatasetTables) -> str:
    """SHA-256 of columns and values, whatever the files' bytes; equal digests mean equal datasets."""
    digest = hashlib.sha256()
    for table, row in TABLES.items():
        names = [column.name for column in fields(row)]
        digest.update(json.dumps([table, names, [str(hint) for hint in get_type_hints(row).values()]]).encode())
        for entry in getattr(tables, table):
            digest.update(json.dumps([getattr(entry, name) for name in names]).encode() + b"\n")
    return digest.hexdigest()


def data_package(study_id: str, version: str, digest: str, files: Mapping[str, bytes]) -> bytes:
    """datapackage.json; `files` are the Parquet files by name."""
    described = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"{study_id}-{version}",
        "version": version,
        "description": "Redacted (pseudonymised) interviews, ready for coding. Made by Colloquy.",
        "contentDigest": digest,
        "resources": [_resource(table, files[f"{table}.parquet"]) for table in TABLES],
    }
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()


def readme(study_id: str, version: str, tables: DatasetTables) -> bytes:
    """README.txt: what the files are, how to open them, and every column in words."""
    title = f"{study_id}, dataset {version}"
    parts = [
        f"{title}\n{'=' * len(title)}",
        _filled(
            "Redacted interviews, ready for coding. Names and other identifiers were replaced by placeholders such as "
            "[Person 3]; the same placeholder means the same person throughout the study. They are pseudonymised, not "
            "anonymous, and redaction is never certain: keep to the study's data agreement, and tell the team if you "
            "recognise anybody."
        ),
        "Open a table\n------------\n"
        '  Python: pandas.read_parquet("utterances.parquet")\n'
        '  R:      arrow::read_parquet("utterances.parquet")\n'
        "  Excel:  use the CSV export instead",
        _filled(
            "This folder does not change any more; a later state of the study gets a folder of its own. "
            "MANIFEST.sha256 holds the files' checksums (sha256sum --check MANIFEST.sha256)."
        ),
    ]
    parts += [_in_words(table, len(getattr(tables, table))) for table in TABLES]
    return ("\n\n".join(parts) + "\n").encode()


def _resource(table: str, content: bytes) -> dict[str, object]:
    names = [column.name for column in fields(TABLES[table])]
    foreign = [
        {"fields": [name], "reference": {"resource": target, "fields": [name]}}
        for name, target in BELONGS_TO.items()
        if name in names and target != table
    ]
    schema: dict[str, object] = {
        "fields": [_described(column, table) for column in fields(TABLES[table])],
        "primaryKey": [KEYS[table]],
    }
    if foreign:
        schema["foreignKeys"] = foreign
    return {
        "name": table,
        "path": f"{table}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": ABOUT[table],
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _described(column: Field[Any], table: str) -> dict[str, object]:
    kind, is_required = _kind(get_type_hints(TABLES[table])[column.name])
    described: dict[str, object] = {"name": column.name, "type": kind, "description": column.metadata["description"]}
    if kind == "list":
        described["itemType"] = "string"
    if column.metadata["unit"]:
        described["unit"] = column.metadata["unit"]
    if is_required:
        described["constraints"] = {"required": True}
    return described


def _kind(hint: Any) -> tuple[str, bool]:
    """Data Package's name of a type, and whether a value must be there."""
    parts = getattr(hint, "__args__", ())
    if type(None) in parts:
        return TYPES[next(part for part in parts if part is not type(None))], False
    return ("list", True) if hint == tuple[str, ...] else (TYPES[hint], True)


def _in_words(table: str, row_count: int) -> str:
    heading = f"{table}.parquet ({row_count:,} {'row' if row_count == 1 else 'rows'})"
    lines = [heading, "-" * len(heading), _filled(ABOUT[table]), ""]
    for column in fields(TABLES[table]):
        kind, is_required = _kind(get_type_hints(TABLES[table])[column.name])
        facts = [kind, *filter(None, [column.metadata["unit"]]), *([] if is_required else ["may be empty"])]
        about = f"{column.name} ({', '.join(facts)}): {column.metadata['description']}"
        lines.append(textwrap.fill(about, 100, initial_indent="  ", subsequent_indent="      "))
    return "\n".join(lines)


def _filled(text: str) -> str:
    return textwrap.fill(text, 100)
