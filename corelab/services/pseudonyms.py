"""The names under which readers know exams: random, and no two assignments of the lab share one."""

import secrets

from corelab.storage.store import Snapshot

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Pseudonyms:
    """Random names under which readers know exams; no two assignments of the lab share one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._used = {row["pseudonym"] for row in snapshot.all("assignment")}

    def new(self) -> str:
        """``K7Q-M42``: six of 32 letters and digits that are not mistaken for one another."""
        name = _random_name()
        while name in self._used:
            name = _random_name()
        self._used.add(name)
        return name


def one_pseudonym(snapshot: Snapshot) -> str:
    """For a single assignment: the names of the others are not all read for it."""
    name = _random_name()
    while snapshot.one("assignment", pseudonym=name) is not None:
        name = _random_name()
    return name


def _random_name() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(6))
    return f"{letters[:3]}-{letters[3:]}"
