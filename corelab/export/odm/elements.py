"""Elements of the metadata, in the namespace of ODM."""

from lxml import etree

from corelab.export.odm.names import LANGUAGE, NAMESPACE, tag


def root(name: str, **attributes: str) -> etree._Element:
    return etree.Element(tag(name), attributes, nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # its stubs know no default namespace


def under(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, tag(name), attributes)


def translated(parent: etree._Element, words: str) -> None:
    """The words of the charter; its own language is English."""
    etree.SubElement(parent, tag("TranslatedText"), {LANGUAGE: "en"}).text = words
