"""Alerts of a charter: on which segments they fire."""

from corelab.domain.alerts import Fired, fired_alerts
from corelab.domain.attributes import Attributes
from corelab.domain.charter import load_charter
from corelab.domain.resolving import Ground
from corelab.domain.vocabulary import Cell, Grade, ItemId, SegmentId
from tests.charter_builders import ODD, full

SHUT = 'fires_when = { item = "WEITE", segment = "each", op = "eq", value = "verschluss" }\nto ='
SHUT_BESIDE_OPEN = """fires_when = { all_of = [
  { item = "WEITE", segment = "each", op = "eq", value = "verschluss" },
  { item = "WEITE", segment = "before", op = "eq", value = "frei" },
] }
to ="""


def test_the_neighbour_of_a_segment_is_that_of_the_group_whichever_segments_an_alert_keeps() -> None:
    text = full(ODD)
    assert SHUT in text
    charter = load_charter(text.replace(SHUT, SHUT_BESIDE_OPEN).encode())
    subclavian, cephalic = SegmentId("SUBCL.L"), SegmentId("CEPH.L")
    attributes = Attributes(segments={("ZUGANG", cephalic): "fistel", ("ZUGANG", subclavian): "gegenseite"})
    grades = {Cell(subclavian, ItemId("WEITE")): Grade("frei"), Cell(cephalic, ItemId("WEITE")): Grade("verschluss")}
    found = fired_alerts(Ground(charter, attributes, "W6", frozenset({"GEFAESS"})), "signing", grades, lambda _: ())
    assert found == (Fired("W01", (cephalic,)),)
