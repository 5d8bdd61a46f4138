"""What a field of the log may hold. Each kind takes a thing of the program, never a text of a person, and says how it is written."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType, FunctionType, MethodType, TracebackType

Value = str | int | list[str]
Kind = Callable[[object], Value]

_OWN = Path(__file__).parent.parent
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9a-z+]{1,12}){0,5}")
_QT_FUNCTION = re.compile(r"Q[A-Z][A-Za-z0-9]{1,40}(::[A-Za-z~][A-Za-z0-9]{0,40}){0,3}(?=[:( ]|$)")
_DEEPEST = 30


class NotOfThisKindError(ValueError):
    """A value that this field may not hold; what it was is not told."""


def whole(value: object) -> int:
    """A count, a size, milliseconds."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotOfThisKindError
    return value


def one_of(*words: str) -> Kind:
    """One of these words."""

    def chosen(value: object) -> str:
        if value not in words:
            raise NotOfThisKindError
        return str(value)

    return chosen


def version(value: object) -> str:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise NotOfThisKindError
    return value


def fault(value: object) -> str:
    """An exception: the name of its class, never what it says."""
    if not isinstance(value, BaseException):
        raise NotOfThisKindError
    return class_name(value)


def class_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def work(value: object) -> str:
    """A function, bound or partial: where it stands in the code."""
    while isinstance(value, partial):
        value = value.func
    if isinstance(value, MethodType):
        value = value.__func__
    if not isinstance(value, FunctionType | type):
        return "unnamed"
    return f"{value.__module__}.{value.__qualname__}"


def places(value: object) -> list[str]:
    """A traceback or frame: file, line and function of each place in the program's own code, the outermost first."""
    if value is not None and not isinstance(value, TracebackType | FrameType):
        raise NotOfThisKindError
    return list(_places(value))[-_DEEPEST:]


def _places(value: TracebackType | FrameType | None) -> Iterator[str]:
    if isinstance(value, FrameType):
        if value.f_back is not None:
            yield from _places(value.f_back)
        yield from _own(value, value.f_lineno)
    while isinstance(value, TracebackType):
        yield from _own(value.tb_frame, value.tb_lineno)
        value = value.tb_next


def _own(frame: FrameType, line: int) -> Iterator[str]:
    """Of a library only its name: its files lie in folders of this person."""
    code, library = frame.f_code, str(frame.f_globals.get("__name__", "")).partition(".")[0]
    file = Path(code.co_filename)
    if file.is_relative_to(_OWN):
        yield f"{file.relative_to(_OWN.parent).as_posix()}:{line} {code.co_qualname}"
    elif library.isidentifier():
        yield f"({library})"


def qt_function(value: object) -> str:
    """The function of Qt that a message begins with; what else it says may hold anything."""
    if not isinstance(value, str):
        raise NotOfThisKindError
    found = _QT_FUNCTION.match(value)
    return found.group() if found else "unnamed"
