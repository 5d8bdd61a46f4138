"""The whole charter as one frozen object, with every part found by its id at once."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from corelab.domain.charter.model_class import Adjudication, DifferenceClass
from corelab.domain.charter.model_derivation import Derivation
from corelab.domain.charter.model_design import Blinding, BlindingProfile, Certification, Codings, Monitoring, ReadingType, Retention
from corelab.domain.charter.model_item import Item
from corelab.domain.charter.model_rules import Alert, Ask, Check, Signing
from corelab.domain.charter.model_subject import (
    Attribute,
    Block,
    ExamTable,
    Group,
    Header,
    MissingReasons,
    Segment,
    Trial,
    Visit,
)
from corelab.domain.charter.table import Table


class _Index:
    """Parts by id. Not part of the charter's value."""

    __slots__ = ("attributes", "derivations", "groups", "items", "profiles", "reading_types", "segments", "visits")

    def __init__(self, charter: "Charter") -> None:
        self.segments = {segment.id: segment for segment in charter.segments}
        self.groups = {group.id: group for group in charter.groups}
        self.items = {item.id: item for item in charter.items}
        self.visits = {visit.id: visit for visit in charter.visits}
        self.attributes = {attribute.id: attribute for attribute in charter.attributes}
        self.reading_types = {kind.id: kind for kind in charter.reading_types}
        self.profiles = {profile.id: profile for profile in charter.blinding_profiles}
        self.derivations = {derivation.id: derivation for derivation in charter.derivations}


class Charter(Table):
    """A charter that has no fault. ``hash`` is its content hash. A part that is asked for by an unknown id raises KeyError."""

    format: Literal[1]
    header: Annotated[Header, Field(alias="charter")]
    trial: Trial
    missing: MissingReasons
    exam: ExamTable
    attributes: Annotated[tuple[Attribute, ...], Field(alias="attribute")] = ()
    blocks: Annotated[tuple[Block, ...], Field(alias="block", min_length=1)]
    visits: Annotated[tuple[Visit, ...], Field(alias="visit", min_length=1)]
    segments: Annotated[tuple[Segment, ...], Field(alias="segment", min_length=1)]
    groups: Annotated[tuple[Group, ...], Field(alias="group", min_length=1)]
    items: Annotated[tuple[Item, ...], Field(alias="item", min_length=1)]
    asks: Annotated[tuple[Ask, ...], Field(alias="ask", min_length=1)]
    checks: Annotated[tuple[Check, ...], Field(alias="check")] = ()
    signing: Signing
    alerts: Annotated[tuple[Alert, ...], Field(alias="alert")] = ()
    reading_types: Annotated[tuple[ReadingType, ...], Field(alias="reading_type", min_length=1)]
    blinding_profiles: Annotated[tuple[BlindingProfile, ...], Field(alias="blinding_profile", min_length=1)]
    blinding: Blinding
    classes: Annotated[tuple[DifferenceClass, ...], Field(alias="class", min_length=1)]
    adjudication: Adjudication
    derivations: Annotated[tuple[Derivation, ...], Field(alias="derivation", min_length=1)]
    monitoring: Monitoring
    certification: Certification
    codings: Codings
    retention: Retention

    _given: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:
        self._given = (context or {}).get("hash", "")

    @cached_property
    def _index(self) -> _Index:
        return _Index(self)

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def version(self) -> str:
        return self.header.version

    @property
    def major(self) -> int:
        """The major version: comparison and training stand under it."""
        return int(self.version.partition(".")[0])

    @property
    def title(self) -> str:
        return self.header.title

    @cached_property
    def hash(self) -> str:
        """Kept as a plain attribute: it is asked for with everything that is looked up, and private ones are slow."""
        return self._given

    def segment(self, segment: str) -> Segment:
        return self._index.segments[segment]

    def group(self, group: str) -> Group:
        return self._index.groups[group]

    def item(self, item: str) -> Item:
        return self._index.items[item]

    def visit(self, visit: str) -> Visit:
        return self._index.visits[visit]

    def attribute(self, attribute: str) -> Attribute:
        return self._index.attributes[attribute]

    def reading_type(self, reading_type: str) -> ReadingType:
        return self._index.reading_types[reading_type]

    def types_at(self, visit: str) -> tuple[ReadingType, ...]:
        """The reading types of a visit: those with a block of it."""
        asked = set(self.visit(visit).blocks)
        return tuple(kind for kind in self.reading_types if asked & set(kind.blocks))

    def items_of(self, kind: ReadingType) -> frozenset[str]:
        """The items that a reading type asks, at whatever visit; none of them is asked by another one."""
        return frozenset(item for ask in self.asks if set(kind.blocks) & set(ask.blocks) for item in ask.items)

    def blinding_profile(self, profile: str) -> BlindingProfile:
        return self._index.profiles[profile]

    def derivation(self, derivation: str) -> Derivation:
        return self._index.derivations[derivation]
