"""A reader on a machine of their own: signs what is next until nothing is left, and tells each signature once the server has kept it.

Arguments: the address of the lab, a folder of its own, the user name. On standard output ``in``, then one JSON line for each signature.
When the server is away it waits and does the same step again, with the id that the signature had.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from corelab.domain.addresses import address_of
from corelab.domain.clock import SystemClock
from corelab.domain.record_errors import CommitUnknownError, ServerAwayError
from corelab.services import accounts, labs, reading
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from tests.builders import PASSWORD
from tests.reading_builders import filled

Found = TypeVar("Found")
PATIENCE = 60.0
"""Seconds for which the server may be away."""


def again(step: Callable[[], Found]) -> Found:
    """The step, until the server answers."""
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            return step()
        except (ServerAwayError, CommitUnknownError):
            if time.monotonic() > limit:
                raise
            time.sleep(0.05)


def tell(said: object) -> None:
    """In one write: shorter than a pipe's buffer, so that nobody reads half a line."""
    os.write(sys.stdout.fileno(), f"{json.dumps(said)}\n".encode())


def sign_next(lab: OpenLab, session: Session) -> bool:
    """Whether there was something to sign."""
    row = again(lambda: reading.worklist(lab, session)).next
    if row is None:
        return False
    opened = again(lambda: reading.open_reading(lab, session, row.assignment))
    if opened.signed_at is not None:
        return True
    made, submit = filled(opened), opened.submit or str(uuid4())
    version = again(lambda: reading.save(lab, session, made, version=opened.version)).version
    again(lambda: reading.sign(lab, session, made, PASSWORD, submit, version=version))
    tell(row.assignment)
    return True


def main() -> None:
    address, folder, user = address_of(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    lab = labs.open_lab(address, SystemClock(), folder / "configuration", folder / "state")
    session = accounts.sign_in(lab, user, PASSWORD)
    tell("in")
    sys.stdin.readline()  # all begin at once
    while sign_next(lab, session):
        pass
    again(lambda: accounts.sign_out(lab, session))
    lab.close()


if __name__ == "__main__":
    main()
