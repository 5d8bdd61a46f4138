"""Small pieces of HTML. Whatever is text is escaped here, so that no word of a charter can become markup."""

import re
from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Markup that was made here: put in as it is."""

    __slots__ = ()


def html(text: str) -> Html:
    return text if isinstance(text, Html) else Html(escape(text))


def joined(parts: Iterable[str], between: str = "") -> Html:
    return Html(between.join(html(part) for part in parts))


def tag(name: str, *inside: str, **attributes: str) -> Html:
    """``class_`` is the attribute class."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value)
    return Html(f"<{name}{given}>{joined(inside)}</{name}>")


def link(to: str, text: str) -> Html:
    return tag("a", text, href=f"#{to}")


def anchor(*parts: str) -> str:
    """The same name for the same thing, in every version of the page."""
    return "-".join(re.sub(r"[^A-Za-z0-9_.]+", "-", part) for part in parts)


def table(heads: Sequence[str], rows: Iterable[str], kind: str = "") -> Html:
    """``rows``: each made by ``row``. ``kind``: a class beside that of every table."""
    head = tag("tr", *(tag("th", one, scope="col") for one in heads))
    return tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_=f"scroll {kind}".rstrip())


def row(*cells: str, of: Sequence[str] = (), id_: str = "") -> Html:
    """``of``: the class of each cell, by place."""
    classes = (*of, *[""] * (len(cells) - len(of)))
    return tag("tr", *(tag("td", cell, class_=kind) for cell, kind in zip(cells, classes, strict=True)), id_=id_)


def facts(pairs: Iterable[tuple[str, str]], *, wide: bool = False) -> Html:
    inside = (piece for name, said in pairs for piece in (tag("dt", name), tag("dd", said)))
    return tag("dl", *inside, class_="facts wide" if wide else "facts")
