"""What was read where text was found in a clip, in words: never the text itself, and never that a clip is clean."""

from corelab.domain.intake import HitClass
from corelab.services.intake import WaitingClip
from corelab.ui.commands import with_keys
from corelab.ui.intake_words import settled

_CLASS_WORDS = {
    HitClass.SUBJECT: "may name the patient",
    HitClass.UNKNOWN: "not known",
    HitClass.ALLOWED: "with usual words",
}
"""The gravest first."""


def text_told(clip: WaitingClip) -> str:
    """How many places, and what was read there; where nothing can be read with, nothing is said of it."""
    if not clip.hits:
        return "none by itself"
    places = f"{len(clip.hits)} {'place' if len(clip.hits) == 1 else 'places'}"
    counted = [(clip.classes.count(each), words) for each, words in _CLASS_WORDS.items()]
    read = ", ".join(f"{count} {words}" for count, words in counted if count)
    return f"{places}: {read}" if read else places


def named_words(clip: WaitingClip) -> str:
    """What to do where text may name somebody; empty where none is known to."""
    count = clip.classes.count(HitClass.SUBJECT)
    if not count or settled(clip):
        return ""
    where = "Text at one place names" if count == 1 else f"Texts at {count} places name"
    return with_keys(f"{where} the patient or the site, as far as it can be read: draw a box ({{mask_box}}) or reject ({{reject}}).")


def message_of(clip: WaitingClip) -> str:
    """What stands out about a clip: a name in its picture before anything else."""
    return " ".join(filter(None, (named_words(clip), clip.message)))
