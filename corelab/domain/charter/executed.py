"""What this version of the program carries out: every construct of a charter beyond it is named, so that nothing is silently ignored."""

from collections.abc import Iterator

from corelab.domain.charter.faults import Fault
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_design import BlindingProfile
from corelab.domain.charter.model_item import ChoiceItem, EvidenceRule, Item
from corelab.domain.charter.model_rules import Ask

NOT_EXECUTED = "N01"
_Said = Iterator[tuple[str, str]]


def not_executed(charter: Charter) -> tuple[Fault, ...]:
    """Every construct of the charter that the program does not carry out, by path and in words; empty for one that it carries out whole."""
    parts = (_items, _asks, _rules, _blinding)
    return tuple(Fault(NOT_EXECUTED, path, message) for part in parts for path, message in part(charter))


def _items(charter: Charter) -> _Said:
    for n, item in enumerate(charter.items):
        yield from ((f"item[{n}]({item.id}){key}", words) for key, words in _of_item(item))


def _of_item(item: Item) -> _Said:
    if not isinstance(item, ChoiceItem):
        yield ".kind", f"an item of kind {item.kind}"
    if item.scope == "exam":
        yield ".scope", "an item of the whole exam"
    if item.evidence is not None:
        yield from _of_evidence(item.evidence)


def _of_evidence(evidence: EvidenceRule) -> _Said:
    if evidence.kind != "frame":
        yield ".evidence.kind", f"evidence of kind {evidence.kind}"
    if evidence.region != "any":
        yield ".evidence.region", f"evidence bound to a {evidence.region} region"
    if not evidence.auto:
        yield ".evidence.auto", "evidence that is not bound by itself"


def _asks(charter: Charter) -> _Said:
    for n, ask in enumerate(charter.asks):
        yield from ((f"ask[{n}]({ask.id}){key}", words) for key, words in _of_ask(ask))


def _of_ask(ask: Ask) -> _Said:
    if ask.use != "core":
        yield ".use", f"a question of use {ask.use}"
    if ask.where is not None:
        yield ".where", "a question for some subjects or segments only"


def _rules(charter: Charter) -> _Said:
    for n, check in enumerate(charter.checks):
        yield f"check[{n}]({check.id})", "an edit check"
    signing = charter.signing
    if signing.unplayed_clips == "soft":
        yield "signing.unplayed_clips", "a soft check of unplayed clips"
    if signing.time_outside != "off":
        yield "signing.time_outside", "bounds of the reading time"
    if signing.identity_in_text != "hard":
        yield "signing.identity_in_text", "a soft check of text that looks like identity"


def _blinding(charter: Charter) -> _Said:
    for n, profile in enumerate(charter.blinding_profiles):
        path = f"blinding_profile[{n}]({profile.id})"
        yield from ((f"{path}.{key}", words) for key, words in _of_profile(profile))


def _of_profile(profile: BlindingProfile) -> _Said:
    if set(profile.show) != {"side", "segment_label"}:
        yield "show", "a profile that shows anything else than side and segment label"
    if not profile.hide_overlay:
        yield "hide_overlay", "a profile that shows what stands on the image"
