"""The order that a disc's own list (DICOMDIR) gives to its files: listed ones first, what is missing told, the others after them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from corelab.domain.intake import ObjectRefusedError
from corelab.imaging.child import ReaderUnavailableError, listed_files
from corelab.imaging.media_directory import SIZE_LIMIT, Reference
from corelab.services.intake.copying import small_content
from corelab.services.intake.delivered import Source, SourceNote

_NAME = "dicomdir"
_NO_PART = frozenset({"", ".", ".."})


def is_directory(source: Source) -> bool:
    return _part(PurePosixPath(source.inner).name) == _NAME


def as_listed(sources: Sequence[Source]) -> Iterator[Source]:
    """The objects of one folder or archive; without a DICOMDIR just as they are. A DICOMDIR itself is no object unless it is unreadable.

    Nothing is ever opened by what a directory says: its references are compared with the files that are there.
    """
    directories = {_folder(source): source for source in reversed(sources) if is_directory(source) and not source.again}
    below: dict[Reference | None, list[Source]] = {}
    for source in sources:
        below.setdefault(_governing(source, directories.keys()), []).append(source)
    for folder, files in below.items():
        yield from files if folder is None else _of_disc(directories[folder], folder, files)


def _governing(source: Source, folders: Collection[Reference]) -> Reference | None:
    """The folder of the nearest DICOMDIR above an object."""
    own = _folder(source)
    return next((own[:deep] for deep in range(len(own), -1, -1) if own[:deep] in folders), None)


def _of_disc(directory: Source, folder: Reference, files: Sequence[Source]) -> Iterator[Source]:
    others = [each for each in files if each is not directory]
    try:
        references = listed_files(small_content(directory, SIZE_LIMIT))
    except (ObjectRefusedError, ReaderUnavailableError):  # without a reader, the first of the files ends the delivery with the reason
        yield replace(directory, note=SourceNote.UNREADABLE_LIST)
        yield from others
        return
    there = {_parts(each)[len(folder) :]: each for each in reversed(others) if not each.again}
    listed: set[int] = set()
    for reference in references:
        parts = tuple(map(_part, reference))
        found = there.get(parts)
        if found is not None:
            listed.add(id(found))
            yield found
        else:
            yield _absent(directory, parts)
    yield from (replace(each, note=SourceNote.UNLISTED) for each in others if id(each) not in listed)


def _absent(directory: Source, parts: Reference) -> Source:
    """It stands for no bytes: the path is that of no file."""
    outside = not parts or any(part in _NO_PART or "/" in part or ":" in part for part in parts)
    note = SourceNote.OUTSIDE if outside else SourceNote.MISSING
    return Source(directory.path / "no file", directory.name, None, inner="", note=note)


def _folder(source: Source) -> Reference:
    return _parts(source)[:-1]


def _parts(source: Source) -> Reference:
    return tuple(_part(part) for part in PurePosixPath(source.inner).parts)


def _part(name: str) -> str:
    """As names of discs are compared: upper and lower case are one, the version behind a semicolon and a last dot say nothing."""
    return name.partition(";")[0].rstrip(".").casefold() if name not in _NO_PART else name
