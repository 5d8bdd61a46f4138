"""The judge of an ODM file: the schema of CDISC that ships with the program, off-line, and without holding the file in memory."""

from functools import cache
from pathlib import Path

from lxml import etree

from corelab.export.odm.names import PATH, tag
from corelab.export.written import PartRefusedError
from corelab.resources import resource


@cache
def schema() -> etree.XMLSchema:
    """ODM 1.3.2."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.parse(str(resource("schemas", "odm", "1.3.2", "ODM1-3-2.xsd")), parser))


def require_valid(path: Path) -> None:
    """Raises PartRefusedError, OSError."""
    subject, whole = tag("SubjectData"), tag("ODM")
    ended = False
    try:
        for _, element in etree.iterparse(str(path), tag=(subject, whole), schema=schema(), no_network=True, resolve_entities=False):
            ended = element.tag == whole
            if not ended:
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise PartRefusedError(PATH, f"is not valid: {error.msg}") from error
    if not ended:  # a file that breaks off is no error to a parser that waits for more
        raise PartRefusedError(PATH, "is not valid: it breaks off")


def _forget(element: etree._Element) -> None:
    """A subject that was judged is not kept."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
