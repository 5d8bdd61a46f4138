"""Everything that can be reached from an object that a service gave to the screen."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum


def leaves(root: object) -> Iterator[tuple[str, str]]:
    """(path, text) of every value that hangs on ``root``: texts, numbers, enum members, keys; names of fields stand in the path."""
    yield from _leaves(root, type(root).__name__, set())


def _leaves(of: object, path: str, seen: set[int]) -> Iterator[tuple[str, str]]:
    if of is None or isinstance(of, bool):
        return
    if isinstance(of, str | int | float | bytes | datetime | date | Enum):
        yield path, str(of)
        return
    if id(of) in seen:
        return
    seen.add(id(of))
    for name, value in _parts(of):
        yield from _leaves(value, f"{path}.{name}", seen)


def _parts(of: object) -> Iterator[tuple[str, object]]:
    if isinstance(of, Mapping):
        for key, value in of.items():
            yield "key", key
            yield str(key) if isinstance(key, str) else type(key).__name__, value
    elif isinstance(of, tuple | list | set | frozenset):
        yield from ((str(n), value) for n, value in enumerate(of))
    elif dataclasses.is_dataclass(of):
        yield from ((field.name, getattr(of, field.name)) for field in dataclasses.fields(of))
    elif isinstance(of, BaseException) or type(of).__module__.startswith("corelab."):  # a library's insides hold no value of the trial
        yield from getattr(of, "__dict__", {}).items()
        for kind in type(of).__mro__:
            yield from ((name, getattr(of, name, None)) for name in getattr(kind, "__slots__", ()) if isinstance(name, str))
        if isinstance(of, BaseException):
            yield "args", of.args


def fields_of(root: object) -> set[str]:
    """The names of all fields and keys below ``root``."""
    return {part for path, _text in leaves(root) for part in path.split(".")}


def text_of(root: object) -> str:
    return "\n".join(text for _path, text in leaves(root))
