"""What an object still holds, followed through attributes, containers, Qt children and callables."""

from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from types import MethodType
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage


def held(root: object, *kinds: type) -> list[object]:
    """Everything of these kinds that can be reached from ``root``; empty pictures do not count."""
    seen: dict[int, object] = {}
    waiting, found = deque([root]), []
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if isinstance(one, kinds):
            found += [] if isinstance(one, QImage) and one.isNull() else [one]
        else:
            waiting += _parts(one)
    return found


def _parts(one: Any) -> Iterator[object]:
    if isinstance(one, Mapping):
        yield from (*one.keys(), *one.values())
    elif isinstance(one, list | tuple | set | frozenset | deque):
        yield from one
    elif isinstance(one, partial):
        yield from (one.func, one.args, one.keywords)
    elif isinstance(one, MethodType):
        yield one.__self__
    elif isinstance(one, QObject) or type(one).__module__.startswith("corelab."):
        yield from vars(one).values() if hasattr(one, "__dict__") else ()
        slots = (name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ()))
        yield from (getattr(one, name) for name in slots if hasattr(one, name))
        yield from one.children() if isinstance(one, QObject) else ()
