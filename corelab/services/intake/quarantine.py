"""Where delivered bytes lie until a clip of them is released, and what is kept sealed beside them."""

from dataclasses import dataclass
from pathlib import Path

from corelab.imaging.deid.identity import Identity
from corelab.services.accounts import Session, held_custody
from corelab.storage.keys import BoxPublic, Opening, make_opening, seal, unseal

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

    @property
    def candidate(self) -> Path:
        return self.folder / f"{self.n}.dcm"

    @property
    def draft(self) -> Path:
        """A candidate in the making; it takes the place of the old one only when its event is recorded."""
        return self.folder / f"{self.n}.new"

    @property
    def final(self) -> Path:
        return self.folder / f"{self.n}.final"

    @property
    def tokens(self) -> Path:
        return self.folder / f"{self.n}.tokens"

    def remove(self) -> None:
        for path in (self.source, self.candidate, self.draft, self.final, self.tokens):
            path.unlink(missing_ok=True)

    def keep_identity(self, identity: Identity, name: str, custody: BoxPublic) -> None:
        """The site's name of the object and everything that identifies somebody in it."""
        opening = make_opening({"name": name, "identity": identity.to_json()})
        self.tokens.touch(mode=0o600)
        self.tokens.write_bytes(seal(opening.body, [custody], _PAD))

    def identity(self, session: Session) -> Identity:
        """Only a coordinator with custody can open it. Raises CustodyMissingError, KeyRefusedError."""
        opening = Opening(unseal(self.tokens.read_bytes(), held_custody(session)))
        return Identity.from_json(opening.json["identity"])


def made_folder(folder: Path) -> Path:
    folder.mkdir(mode=_PRIVATE, parents=True)
    folder.chmod(_PRIVATE)
    return folder
