"""Opens a clip of an archive only if its bytes are those that were released."""

from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import Archive
from corelab.imaging.faults import FileRefusedError
from corelab.imaging.frames import FrameFile


class NotTheClipError(Exception):
    """The file of a clip is not there, or is another one (``changed``)."""

    def __init__(self, sha256: Sha256, *, changed: bool) -> None:
        super().__init__(sha256, changed)
        self.sha256 = sha256
        self.changed = changed


def proven(archive: Archive, sha256: Sha256) -> FrameFile:
    """The clip, to be closed. What was only a copy and is damaged is brought once more. Raises NotTheClipError, and as the archive does."""
    try:
        return _proven(archive, sha256)
    except NotTheClipError:
        if not archive.forget(sha256):
            raise
        return _proven(archive, sha256)


def _proven(archive: Archive, sha256: Sha256) -> FrameFile:
    path = archive.fetch(sha256)
    try:
        file = FrameFile.open(path)
    except FileRefusedError as error:
        raise NotTheClipError(sha256, changed=path.exists()) from error
    if file.digest() != sha256:
        file.close()
        raise NotTheClipError(sha256, changed=True)
    return file
