"""Elements of Define-XML with their name spaces."""

from lxml import etree

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
NAMESPACES: dict[str | None, str] = {None: ODM, "def": DEF, "xlink": XLINK}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
Element = etree._Element  # noqa: SLF001 - the only name that lxml gives this type


def named(name: str) -> str:
    """``def:Origin`` is of Define-XML, what has no prefix is of ODM."""
    space, _, local = name.rpartition(":")
    return f"{{{DEF if space == 'def' else ODM}}}{local}"


def child(parent: Element, name: str, **attributes: str) -> Element:
    return etree.SubElement(parent, named(name), attributes)


def described(parent: Element, text: str) -> None:
    translated(child(parent, "Description"), text)


def translated(parent: Element, text: str, language: str = "en") -> None:
    told = child(parent, "TranslatedText")
    told.set(_LANGUAGE, language)
    told.text = text
