"""The files of a rules folder as they lie on the disk, each read exactly once. It must not know what a file means."""

from collections.abc import Mapping
from pathlib import Path

from service.errors import ConfigurationError, InvalidFiles, Problem
from service.naming import SHIPPED, WORDS, shown

Texts = Mapping[str, bytes]
"""File contents by the name that problems show."""


def read_folder(folder: Path | None, seen_from: Path | None = None) -> dict[str, bytes]:
    """Read all files of a rules folder, `None` meaning the shipped pack; named as `shown` from there.

    The shipped vocabulary and entities are always there, so that a new version understands more; a file of the same name in
    the folder replaces the shipped one.
    """
    own = folder or SHIPPED
    if not own.is_dir():
        raise ConfigurationError(f"{own}: there is no such rules folder; make one with `tapewatch init {own.parent}`")
    vocabulary: dict[str, Path] = {}
    for base in dict.fromkeys((SHIPPED, own)):
        for room in (*WORDS, "calendars"):
            vocabulary |= {f"{room}/{path.name}": path for path in _word_files(base / room)}
    paths = [*vocabulary.values(), *_yaml_files(own / "alerts"), own / "routes.yaml", own / "sources.yaml"]
    return {shown(path, seen_from): _read(path, seen_from) for path in paths}


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def _word_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, and the CSV files of entities/."""
    return [*_yaml_files(folder), *(sorted(folder.glob("*.csv")) if folder.name == "entities" else [])]


def _read(path: Path, seen_from: Path | None) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        cure = "`tapewatch init` writes one to start from"
        raise InvalidFiles([Problem(shown(path, seen_from), 0, 0, "this file is missing", cure)]) from None
    except OSError as error:
        raise InvalidFiles([Problem(shown(path, seen_from), 0, 0, f"cannot be read: {error.strerror}")]) from error
