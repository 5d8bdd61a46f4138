"""What a server holds when the program has just made a lab on it: written anew by ``python -m tests.server_catalogue``."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from corelab.resources import resource
from corelab.services.verification import record_faults
from corelab.storage.postgres import checking, copying
from tests.builders import a_lab
from tests.servers import Server, cluster


def made_on(server: Server, folder: Path) -> Mapping[str, str]:
    """The catalogue of a new lab in a new database."""
    lab, database = a_lab(folder), server.new_database()
    with server.connect(database) as connection:
        copying.copy_in(lab.open.folder / "corelab.db", connection, database, record_faults, lambda _done, _of: None)
        return checking.catalogue(connection, database)


def text_of(catalogue: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(catalogue.items())), indent=0, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with cluster() as server, tempfile.TemporaryDirectory() as folder:
        place = resource(*checking.EXPECTED)
        place.parent.mkdir(exist_ok=True)
        place.write_text(text_of(made_on(server, Path(folder))), encoding="utf-8")
