"""The same simulated trial in a folder, and on a PostgreSQL server with its clips in a DICOMweb archive: the same results."""

import csv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corelab.domain.addresses import Place, address_of
from corelab.domain.clock import SystemClock
from corelab.services import accounts, labs, packages, simulation
from corelab.services.packages import verify_package
from corelab.services.verification import verify_open
from tests.charter_builders import REDUCED
from tests.servers import DicomWebServer, Server

PLAN = {"subjects": 2, "seed": 11, "agreement": 0.7}
TABLES = ("results", "endpoints", "readings", "adjudications", "clips", "expected", "subject_visit")
OWN = {"RECID", "ARECID", "BRECID", "SIGNDTC", "EVENTSEQ", "ACTSEC"}
"""What each lab says in its own way: ids of records, times, places in the trail."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server, orthanc: DicomWebServer) -> Iterator[tuple[Path, Path]]:
    """The two packages."""
    folder = tmp_path_factory.mktemp("trials")
    with pytest.MonkeyPatch.context() as patched:
        surroundings = {**postgres_server.environment, "CORELAB_ARCHIVE_USER": orthanc.user, "CORELAB_ARCHIVE_PASSWORD": orthanc.password}
        for name, value in surroundings.items():
            patched.setenv(name, value)
        here = trial(folder / "lab", folder / "here", simulation.Plan(**PLAN))  # type: ignore[arg-type]
        address = address_of(postgres_server.address(postgres_server.new_database()))
        there = trial(address, folder / "there", simulation.Plan(**PLAN, archive=orthanc.url))  # type: ignore[arg-type]
        yield here, there


def trial(place: Place, own: Path, plan: simulation.Plan) -> Path:
    """Simulated to its lock, verified and exported; answers the package."""
    configuration = own / "configuration"
    made = simulation.simulate(place, REDUCED.read_bytes(), plan, clock=SystemClock(), configuration=configuration)
    person = next(one for one in made.accounts if one.role == "coordinator")
    with closing(labs.open_lab(place, SystemClock(), configuration, configuration / "state")) as lab:
        session = accounts.sign_in(lab, person.user, person.password)
        assert verify_open(lab).faults == ()
        package = packages.export(lab, session, own / "out", person.password).package
        accounts.sign_out(lab, session)
    return package


def rows(package: Path, table: str) -> list[dict[str, str]]:
    """Of a table, in an order that no id decides."""
    with (package / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        found = [{name: cell for name, cell in row.items() if name not in OWN} for row in csv.DictReader(file)]
    return sorted(found, key=lambda row: tuple(row.values()))


@pytest.mark.parametrize("table", TABLES)
def test_every_column_but_record_ids_is_the_same(both: tuple[Path, Path], table: str) -> None:
    here, there = (rows(package, table) for package in both)
    assert len(here) > 0
    assert here == there


def test_both_packages_verify(both: tuple[Path, Path]) -> None:
    for package in both:
        assert verify_package(package).faults == ()
