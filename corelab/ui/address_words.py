"""What is wrong with an address, and with the server it names, in words: what happened, what was kept, what to do now."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.domain.addresses import LONGEST_DATABASE, SCHEME, AddressFault, AddressRefusedError, UserNameTooLongError
from corelab.domain.record_errors import ClockApartError, CommitUnknownError, ServerAwayError, ServerRefusal, ServerRefusedError
from corelab.services.offline import BothKeptError, NotSignedHereError
from corelab.ui.said import Words, said

BEGIN = f"{SCHEME}://"
EXAMPLE = f"{BEGIN}records.example.org/mylab"

_FAULTS: Mapping[AddressFault, str] = MappingProxyType(
    {
        AddressFault.SCHEME: "It has to begin with postgresql:// (two slashes).",
        AddressFault.SECRET: "A user name or password stands in it; these are asked for at the sign-in and never kept in an address.",
        AddressFault.HOST_MISSING: "No server is named behind postgresql://.",
        AddressFault.HOST: "The name of the server is none: letters, digits, - and . only; an IPv6 number stands in [ ].",
        AddressFault.PORT: "The port behind the : is no number from 1 to 65535; leave it out with its : for the usual one.",
        AddressFault.DATABASE_MISSING: "No database is named behind the server: / and its name.",
        AddressFault.DATABASE: f"The database's name has small letters, digits and _ only, a letter first, {LONGEST_DATABASE} at most.",
        AddressFault.DATABASE_OWN: "This database belongs to the server itself; a lab has one of its own.",
        AddressFault.ROOT: "The certificate file behind root= has to be named once, by its whole path.",
    }
)

_REFUSED: Mapping[ServerRefusal, tuple[str, str]] = MappingProxyType(
    {
        ServerRefusal.CERTIFICATE: (
            "The server does not show a certificate that is trusted for its name, so nothing was sent to it.",
            "It may be another machine. Ask who runs the server for its certificate file, and give that with the address (?root=).",
        ),
        ServerRefusal.ROOT: (
            "The certificate file of the address cannot be read.",
            "Check that it is there and a PEM file, then try again.",
        ),
        ServerRefusal.NOT_ADMITTED: (
            "The server lets nobody in from this machine, or to this database.",
            "Ask who runs the server for a line of this machine in its pg_hba.conf (hostssl, scram-sha-256), then try again.",
        ),
        ServerRefusal.NO_TLS: (
            "The server offers no encrypted connection, so nothing was sent to it.",
            "Ask who runs the server to switch on TLS (hostssl, ssl = on), then try again.",
        ),
        ServerRefusal.TOO_OLD: (
            "The server is too old: PostgreSQL 15 or later is needed.",
            "Ask who runs the server to bring it up to date.",
        ),
        ServerRefusal.NO_DATABASE: (
            "The server has no database of this name.",
            "Check the address; ask who runs the server to make the database.",
        ),
        ServerRefusal.NO_LAB: (
            "There is no lab in this database.",
            "Check the address. A new lab is made with corelab init or corelab move.",
        ),
        ServerRefusal.NO_INSTALLER: (
            "Whoever is to set up the lab on the server was not named, or may not make roles and tables there.",
            "Name a role that may make roles and owns the database (PGUSER and PGPASSWORD, or a .pgpass file), then try again.",
        ),
        ServerRefusal.NEWER_SCHEMA: ("The lab on the server was written by a later version of the program.", "Install that version here."),
        ServerRefusal.NO_DRIVER: (
            "This program was installed without the part that speaks to a server.",
            "Install it with the extra postgres (corelab[postgres]), then try again.",
        ),
    }
)


def address_words(error: AddressRefusedError) -> Words:
    """Every fault on a line of its own, where there are several; nothing of what was typed but names of known options."""
    told = faults_told(error)
    happened = (
        f"This is no address of a lab. {told}" if len(error.what) == 1 else "\n  ".join(("This is no address of a lab:", *told.split("\n")))
    )
    return Words(happened, "Nothing was opened.", f"Correct it; it looks like {EXAMPLE}.")


def faults_told(error: AddressRefusedError) -> str:
    """The faults alone, each on its line."""
    return "\n".join(_fault(each, error.options) for each in error.what)


def _fault(fault: AddressFault, options: tuple[str, ...]) -> str:
    if fault is not AddressFault.OPTION:
        return _FAULTS[fault]
    named = f" ({', '.join(options)})" if options else ""
    return f"It has an option that is not known{named}; the only one is root=, the certificate file."


def _away(error: ServerAwayError) -> Words:
    return Words(
        f"The server of this lab ({error.address.host}) does not answer.",
        "Nothing of this step was done; what was saved before is kept.",
        "Check the network and try again in a moment. If it stays away, tell who runs the server.",
    )


def _unknown(error: CommitUnknownError) -> Words:
    return Words(
        f"The connection to the server ({error.address.host}) broke while it was keeping this step, and it cannot be asked whether it did.",
        "Either all of the step was kept or nothing of it.",
        "Try again when the server is back: a step that was kept is found, and is not done twice.",
    )


def _refused(error: ServerRefusedError) -> Words:
    happened, do = _REFUSED[error.why]
    return Words(happened, "Nothing was changed.", do)


def apart_words(error: ClockApartError) -> Words:
    seconds = round(abs((error.here - error.server).total_seconds()))
    way = "ahead of" if error.here > error.server else "behind"
    return Words(
        f"The clock of this machine is {seconds} seconds {way} the server's.",
        "Records carry the time of the server, so nothing is wrong with them.",
        "Set the clock of this machine right; ask your administrator.",
    )


def _too_long(error: UserNameTooLongError) -> Words:
    return Words(
        f"The user name {error.user} is too long for a lab on this server: at most {error.longest} letters (fewer with accents).",
        "Nothing was changed.",
        "Choose a shorter one.",
    )


def _not_signed(error: NotSignedHereError) -> Words:
    if error.unknown:
        happened = "The connection to the server broke while it was keeping your signature, and it cannot be asked whether it did."
        return Words(
            happened, "Your answers are kept.", "Sign again when the server is back: a signature that was kept is found, not made twice."
        )
    return Words(
        "The server is away, and nothing can be signed without it.",
        "Your answers are kept sealed on this machine.",
        "Sign when the server is back; you can go on with your answers until then.",
    )


def _both_kept(error: BothKeptError) -> Words:
    return Words(
        f"This {error.kind.value} was changed in another window while the server was away from here.",
        "Both are kept: that window's answers on the server, yours sealed on this machine.",
        "Open it again from the worklist, and choose which of them go on.",
    )


ADDRESS_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "AddressRefusedError": address_words,
        "UserNameTooLongError": _too_long,
        "ServerAwayError": _away,
        "CommitUnknownError": _unknown,
        "ServerRefusedError": _refused,
        "ClockApartError": apart_words,
        "KeptHereError": said(
            "The server is away.",
            "Your answers are kept sealed on this machine.",
            "Go on; they are sent when the server is back.",
        ),
        "NotSignedHereError": _not_signed,
        "BothKeptError": _both_kept,
    }
)
