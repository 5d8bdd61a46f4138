"""The AdminData element: who acted (pseudonyms only), where, and what a signature says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from corelab.domain.charter import Charter
from corelab.domain.statement import signature_statement
from corelab.export.odm import names
from corelab.export.odm.elements import root, under

_ROLES = {"R": "Reader or adjudicator", "C": "Coordinator"}


@dataclass(frozen=True, slots=True)
class Admin:
    """``charters`` with the day from which each is in effect."""

    trial: str
    users: tuple[str, ...]
    sites: tuple[str, ...]
    meanings: tuple[str, ...]
    charters: Mapping[str, tuple[Charter, str]]


def admin_data(admin: Admin) -> etree._Element:
    data = root("AdminData", StudyOID=names.study(admin.trial))
    for user in admin.users:
        made = under(data, "User", OID=names.user(user), UserType="Lab")
        under(made, "DisplayName").text = user
        under(made, "FullName").text = f"{_ROLES[user[:1]]} {user}; printed names stand in audit/ only"
        under(made, "LocationRef", LocationOID=names.LABORATORY)
    _location(data, admin, names.LABORATORY, "Core laboratory", "Lab")
    for site in admin.sites:
        _location(data, admin, names.site(site), f"Site {site}", "Site")
    for meaning in admin.meanings:
        made = under(data, "SignatureDef", OID=names.meaning(meaning), Methodology="Digital")
        under(made, "Meaning").text = meaning
        under(made, "LegalReason").text = signature_statement().words
    return data


def _location(data: etree._Element, admin: Admin, oid: str, name: str, kind: str) -> None:
    made = under(data, "Location", OID=oid, Name=name, LocationType=kind)
    for charter, day in _versions(admin.charters.values()):
        version = {"MetaDataVersionOID": names.version(charter), "EffectiveDate": day}
        under(made, "MetaDataVersionRef", StudyOID=names.study(admin.trial), **version)


def _versions(charters: Iterable[tuple[Charter, str]]) -> list[tuple[Charter, str]]:
    return sorted(charters, key=lambda one: (one[1], one[0].version))
