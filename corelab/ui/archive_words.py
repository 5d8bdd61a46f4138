"""Words for what can go wrong with an archive of clips on a server; by the names of the errors."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from corelab.domain.values import counted
from corelab.ui.said import Words, said

_ASK = "Tell your administrator: the archive is looked at with `corelab archive LAB check`."


def _lacks(error: Any) -> Words:
    where = error.address or "The folder of the lab"
    found = ((error.missing, "not there"), (error.altered, "not as released"))
    wrong = [f"{counted(count, 'clip')} {'is' if count == 1 else 'are'} {how}" for count, how in found if count]
    return Words(
        f"{where} has not every released clip: {' and '.join(wrong)}, of {error.of}.",
        "The archive that was in use stays in use; nothing was changed.",
        "Copy the clips first: `corelab archive LAB copy URL`.",
    )


ARCHIVE_WORDS: Mapping[str, Callable[[Any], Words]] = MappingProxyType(
    {
        "ArchiveAddressRefusedError": lambda error: Words(
            f"This is no address of an archive: {error.what.value}.",
            "Nothing was changed.",
            "Write it like https://archive.example/dicom-web; CORELAB_ARCHIVE_USER and CORELAB_ARCHIVE_PASSWORD say who you are there.",
        ),
        "ArchiveAwayError": lambda error: Words(
            f"The archive of clips does not answer ({error.address}: {error.detail}).",
            "Nothing is lost: clips that were brought to this workstation can be looked at, and a clip that is not released yet waits.",
            "Check the network, then try again.",
        ),
        "ArchiveLoginError": lambda error: Words(
            f"The archive of clips does not let this workstation in ({error.address}).",
            "Nothing was changed.",
            "Set CORELAB_ARCHIVE_USER and CORELAB_ARCHIVE_PASSWORD, or the netrc file of this account, then start the program again.",
        ),
        "ArchiveAnswerError": lambda error: Words(
            f"The archive of clips gave an answer that is none ({error.address}: {error.detail}).",
            "Nothing of it was used, and nothing was changed.",
            _ASK,
        ),
        "ArchiveAltersError": lambda error: Words(
            f"The archive gives back other bytes than those of clip {error.sha256[:8]} ({error.address}).",
            "They were not shown and not kept. A clip that was to be released waits as before.",
            "The archive must keep objects as they are stored, without coding them anew. " + _ASK,
        ),
        "ArchiveConflictError": lambda error: Words(
            f"Another object lies in the archive under the identifier of clip {error.sha256[:8]} ({error.address}).",
            "It was left as it is; the clip was not stored and waits as before.",
            "An administrator of the archive has to say what that object is. Then try again.",
        ),
        "ClipNotThereError": lambda error: Words(
            f"The archive has not this clip ({error.address}).", "The records of the lab are as they were.", _ASK
        ),
        "ArchiveExtraMissingError": said(
            "This workstation cannot speak to an archive on a server.",
            "Nothing was changed.",
            "Install the extra: pip install corelab[archive].",
        ),
        "CacheFullError": lambda error: Words(
            f"There is no room on this disk for a clip from the archive ({error.folder}).",
            "Clips that are here already can be looked at; nothing is lost.",
            "Make room on the disk, then try again.",
        ),
        "NotTheClipError": lambda error: Words(
            f"The file of clip {error.sha256[:8]} is {'not the one that was released' if error.changed else 'missing'}.",
            "What was copied before stays where it was copied to; the archive in use stays in use.",
            "Verify the lab and tell your administrator.",
        ),
        "ClipsNotThereError": _lacks,
    }
)
