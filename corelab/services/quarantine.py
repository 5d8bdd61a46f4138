"""Where delivered bytes lie until a clip of them is released, and what is kept sealed beside them."""

import os
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from corelab.imaging.archive import flush_folder
from corelab.imaging.deid.identity import Identity
from corelab.services.accounts import Session, held_custody
from corelab.services.labs import OpenLab
from corelab.storage.keys import BoxPublic, Opening, make_opening, seal

_PAD = 4096
_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one object: as delivered, as it may be released, and what identifies its source, sealed to custody."""

    folder: Path
    n: int

    @property
    def source(self) -> Path:
        return self.folder / f"{self.n}.bin"

    def candidate(self, sha256: str) -> Path:
        """The candidate with these bytes. Named by them: a record of one digest can never stand for the bytes of another window."""
        return self.folder / f"{self.n}.{sha256[:16]}.dcm"

    def draft(self) -> Path:
        """A file in the making: another name at each call, so that no two windows write into one file; it tells whose it is."""
        return self.folder / f"{self.n}.{os.getpid()}.{token_hex(8)}.new"

    @property
    def tokens(self) -> Path:
        return self.folder / f"{self.n}.tokens"

    def keep_candidate(self, draft: Path, sha256: str) -> None:
        """Within the transaction that records it, as its last step: a candidate that no record names stands for nothing."""
        draft.replace(self.candidate(sha256))
        flush_folder(self.folder)

    def remove_candidates(self) -> None:
        """Once a clip is released: the archive holds its bytes, and a second copy here would double the size of every lab."""
        for path in self.folder.glob(f"{self.n}.*.dcm"):
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Of an object that no record names: nothing of it stays."""
        self.remove_candidates()
        self.tokens.unlink(missing_ok=True)
        self.source.unlink(missing_ok=True)

    def keep_identity(self, identity: Identity, name: str, custody: BoxPublic) -> None:
        """The site's name of the object and everything that identifies somebody in it: on the disk before any record counts on it."""
        opening = make_opening({"name": name, "identity": identity.to_json()})
        self.tokens.touch(mode=0o600)
        with self.tokens.open("wb") as file:
            file.write(seal(opening.body, [custody], _PAD))
            file.flush()
            os.fsync(file.fileno())
        flush_folder(self.folder)

    def identity(self, lab: OpenLab, session: Session) -> Identity:
        """Only a coordinator with custody can open it. Raises CustodyMissingError, KeyRefusedError."""
        with lab.store.read(session.account) as snapshot:
            opening = Opening(snapshot.unsealed(self.tokens.read_bytes(), held_custody(session)))
        return Identity.from_json(opening.json["identity"])


def made_folder(folder: Path) -> Path:
    folder.mkdir(mode=_PRIVATE, parents=True)
    folder.chmod(_PRIVATE)
    flush_folder(folder.parent)
    return folder
