"""Texts that lie outside the project: found by TAPEWATCH_SHARED or beside the checkout, else the test says why it is skipped."""

import gzip
import json
import os
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def shared(name: str) -> Path:
    """A file of the shared texts."""
    folder = Path(os.environ.get("TAPEWATCH_SHARED", ROOT.parent / "shared"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"{name} is not there: set TAPEWATCH_SHARED to the folder of shared texts")
    return path


def members(archive: str, prefix: str) -> dict[str, bytes]:
    """The files of a shared archive whose names begin with `prefix`, by name."""
    found: dict[str, bytes] = {}
    with tarfile.open(shared(archive)) as tar:
        for member in tar:
            if member.isfile() and member.name.removeprefix("./").startswith(prefix):
                extracted = tar.extractfile(member)
                assert extracted is not None
                found[member.name.removeprefix("./")] = extracted.read()
    assert found, f"{archive} holds nothing below {prefix}"
    return found


def news(language: str) -> list[dict[str, str]]:
    """The news items of a language."""
    with gzip.open(shared(f"corpora/news_{language}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
