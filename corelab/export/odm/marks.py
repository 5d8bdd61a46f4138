"""Clinical data as text: one line for each transaction. Trees of elements would take most of the time of an export."""

from collections.abc import Mapping
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from corelab.export.odm import names
from corelab.export.odm.grades import Act, Step
from corelab.export.odm.trail import Signed

_attribute = lru_cache(maxsize=4096)(quoteattr)
_text = lru_cache(maxsize=4096)(escape)


@lru_cache(maxsize=4096)  # hundreds of grades of a record were told by one event
def audit_record(act: Act) -> str:
    """Who, where, when, why by its code, and the number of the event."""
    why = f"<ReasonForChange>{_text(act.why)}</ReasonForChange>" if act.why else ""
    who = f"<UserRef UserOID={_attribute(names.user(act.user))}/>{_LABORATORY}<DateTimeStamp>{_text(act.at)}</DateTimeStamp>"
    return f"<AuditRecord>{who}{why}<SourceID>{act.seq}</SourceID></AuditRecord>"


def signature(signed: Signed, user: str) -> str:
    """What was signed and by whom, bound to the trail by the id of the signature and the digest of what it is over."""
    who = f"<UserRef UserOID={_attribute(names.user(user))}/>{_LABORATORY}"
    what = f"<SignatureRef SignatureOID={_attribute(names.meaning(signed.meaning))}/><DateTimeStamp>{_text(signed.at)}</DateTimeStamp>"
    bound = f"<CryptoBindingManifest>audit/signatures.jsonl {_text(signed.id)} over {_text(signed.content)}</CryptoBindingManifest>"
    return f"<Signature>{who}{what}{bound}</Signature>"


def item_data(testcd: str, step: Step, unit: str, *, accepted: bool) -> str:
    """One transaction of one grade. A missing grade has no value and says by flags which kind of missing it is, and why."""
    told = step.told
    if told is None:
        return f"{_opened(testcd, step.kind, None)}{audit_record(step.act)}</ItemData>\n"
    value = None if told.missing else told.code
    closed = _closed(told.missing, told.reason, "" if told.missing else unit, accepted, told.prefilled)
    return f"{_opened(testcd, step.kind, value)}{audit_record(step.act)}{closed}"


@lru_cache(maxsize=4096)  # the same few hundred questions and grades, in every record
def _opened(testcd: str, kind: str, value: str | None) -> str:
    said = 'IsNull="Yes"' if value is None else f"Value={quoteattr(value)}"
    return f'<ItemData ItemOID={quoteattr(names.item(testcd))} TransactionType="{kind}" {said}>'


@lru_cache(maxsize=4096)
def _closed(missing: str, reason: str, unit: str, accepted: bool, prefilled: bool) -> str:  # noqa: FBT001 - the cache is faster so
    units = empty("MeasurementUnitRef", MeasurementUnitOID=names.unit(unit)) if unit else ""
    return f"{units}{_annotation(missing, reason, 'Y' if accepted else '', 'Y' if prefilled else '')}</ItemData>\n"


def _annotation(missing: str, reason: str, accepted: str, prefilled: str) -> str:
    """Flags are told apart by the code list that their value stands in."""
    said = ((names.MISSING, missing), (names.REASON, reason), (names.ACCEPTED, accepted), (names.PREFILLED, prefilled))
    flags = "".join(f"<Flag><FlagValue CodeListOID={_attribute(of)}>{_text(value)}</FlagValue></Flag>" for of, value in said if value)
    return f'<Annotation SeqNum="1">{flags}</Annotation>' if flags else ""


def start(name: str, **attributes: str) -> str:
    """A tag with the attributes that have a value."""
    return f"<{name}{_attributes(attributes)}>"


def empty(name: str, **attributes: str) -> str:
    """An element without content."""
    return f"<{name}{_attributes(attributes)}/>"


def _attributes(known: Mapping[str, str]) -> str:
    return "".join(f" {key}={_attribute(value)}" for key, value in known.items() if value)


_LABORATORY = empty("LocationRef", LocationOID=names.LABORATORY)
