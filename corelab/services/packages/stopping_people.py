"""What is known of people, to be looked for in a package: printed names of the lab, and what sources said of patients."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from corelab.domain.accounts import Role
from corelab.domain.query_words import without
from corelab.domain.record_errors import KeyRefusedError
from corelab.export.stops.of_typed import Typed, standing_in
from corelab.imaging.deid.identity import Identity
from corelab.imaging.deid.search import Needles, found_in_values, needles_of
from corelab.services.quarantine import Place
from corelab.storage import registry
from corelab.storage.keys import BoxSecret, Opening
from corelab.storage.snapshot import Snapshot

_WORD = re.compile(r"\w+")
_SHORTEST = 4
_KINDS = frozenset({"name", "id", "text"})
"""Dates are looked for as such, and UIDs are never typed."""


def names_of(snapshot: Snapshot) -> frozenset[str]:
    """The printed names that people of the lab ever had; not those that only say a role, as in a demonstration."""
    printed = {str(row["printed_name"]) for row in snapshot.all("account_revision")}
    return frozenset(name for name in printed if len(name) >= _SHORTEST and not _is_role(name))


def _is_role(name: str) -> bool:
    words = {word for word in _WORD.findall(name.casefold()) if not word.isdecimal()}
    return words <= {role.value for role in Role} | {"person", "the"}


@dataclass(frozen=True, slots=True)
class Patients:
    """What the sealed records beside delivered files say of patients; opened for a subject when a text is about it.

    ``codes`` are those of the trial: a site may have written one where a number of the patient belongs.
    """

    snapshot: Snapshot
    quarantine: Path
    custody: BoxSecret
    codes: frozenset[str]
    _known: dict[str | None, tuple[Needles, ...]] = field(default_factory=dict)

    def are_in(self, one: Typed) -> bool:
        """Whether a text holds what identifies its subject; where that is not known, any patient by more than a short word."""
        looked = [without(one.text, standing_in(one.text, self.codes)).encode()]
        return any(found_in_values(needles, looked) for needles in self._of(one.subject))

    def _of(self, subject: str | None) -> tuple[Needles, ...]:
        if subject not in self._known:
            if subject is None:
                every = (needles for row in self.snapshot.all("subject") for needles in self._read(row["code"]))
                self._known[None] = tuple(replace(needles, words=frozenset()) for needles in every)
            else:
                self._known[subject] = tuple(self._read(subject))
        return self._known[subject]

    def _read(self, subject: str) -> Iterator[Needles]:
        """One object of each exam and delivery: the others of it are of the same patient."""
        row = self.snapshot.one("subject", code=subject) or {}
        for exam in self.snapshot.all("exam", subject_id=row.get("id")):
            objects = {one.delivery: one for one in reversed(registry.objects(self.snapshot, exam_id=exam["id"]))}
            for one in objects.values():
                identity = self._identity(Place(self.quarantine / one.delivery, one.n))
                if identity is not None:
                    yield needles_of(identity)

    def _identity(self, place: Place) -> Identity | None:
        """None where it is not there any more: a lab that was restored without its quarantine has none."""
        try:
            opening = Opening(self.snapshot.unsealed(place.tokens.read_bytes(), self.custody))
        except (FileNotFoundError, KeyRefusedError):
            return None
        found = Identity.from_json(opening.json["identity"])
        return Identity({kind: values for kind, values in found.values.items() if kind in _KINDS}, found.raw)
