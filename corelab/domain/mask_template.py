"""Masks kept for a machine: what its pictures show outside the ultrasound, so that it need not be drawn again for each clip."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.domain.intake import Box


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as it may be named in a released clip. ``software`` is a listed version, or a keyed digest of another one; never free text.

    A machine whose maker or model is not listed has no name here, and no template.
    """

    manufacturer: str
    model: str
    software: str = ""

    @property
    def named(self) -> bool:
        return bool(self.model)


@dataclass(frozen=True, slots=True)
class Template:
    """The areas to blacken in pictures of one machine and size. ``id`` and ``n``: which template, and which version of it."""

    id: str
    n: int
    machine: Machine
    rows: int
    columns: int
    boxes: tuple[Box, ...]

    @property
    def key(self) -> str:
        return f"{self.id}/{self.n}"

    def fits(self, machine: Machine, rows: int, columns: int) -> bool:
        return (self.machine, self.rows, self.columns) == (machine, rows, columns)


@dataclass(frozen=True, slots=True)
class Choice:
    """The template for a picture, or that its machine is known with another size or software only: then its layout is not."""

    template: Template | None = None
    mismatch: bool = False


def chosen(templates: Sequence[Template], machine: Machine | None, rows: int, columns: int) -> Choice:
    """Of the templates in use, the one for exactly this machine, software and size."""
    if machine is None or not machine.named:
        return Choice()
    fitting = [one for one in templates if one.fits(machine, rows, columns)]
    if fitting:
        return Choice(fitting[-1])
    known = any((one.machine.manufacturer, one.machine.model) == (machine.manufacturer, machine.model) for one in templates)
    return Choice(mismatch=known)
