"""What may not stand in the words of a query: dates, addresses, long numbers, UIDs, names of files, and words that name an arm."""

import re
from collections.abc import Collection, Iterator

LONGEST_WORDS = 2000

_MONTH = (
    "jan(?:uary?|vier)?|feb(?:ruary?)?|f[e\u00e9]vrier|mar(?:ch|s)?|m[a\u00e4]r?z|apr(?:il)?|avril|mai|june?|juni|juin|july?|juli|juillet"
    "|aug(?:ust)?|ao[u\u00fb]t|sept?(?:ember|embre)?|oct(?:ober|obre)?|okt(?:ober)?|nov(?:ember|embre)?|dec(?:ember)?|dez(?:ember)?"
    "|d[e\u00e9]c(?:embre)?|(?-i:May|MAY)"
)
"""In lower case "may" is another word."""
_DATES = (
    r"(?<!\d)\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)",
    r"(?<!\d)\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})(?!\d)",
    r"(?<!\d)(?:\d{4} \d{1,2} \d{1,2}|\d{1,2}\.? \d{1,2}\.? (?:19|20)\d\d)(?!\d)",
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|\.)?[ -]*(?:of )?(?:{_MONTH})\b",
    rf"\b(?:{_MONTH})\.?[ -]*(?:\d{{1,2}}(?:st|nd|rd|th)?|(?:19|20)\d\d)\b",
    r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)",
)
_FILES = r"\.(?:dcm|dicom|ima|zip|avi|mp4|mov|jpe?g|png|bmp|tiff?|csv|xlsx?|pdf|docx?)\b|(?:^|\s)(?:[a-z]:)?[/\\]\S+[/\\]"
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("an e-mail address", re.compile(r"\S@\S")),
    ("an internet address", re.compile(r"\b(?:https?://|www\.)\S", re.IGNORECASE)),
    ("the name of a file", re.compile(_FILES, re.IGNORECASE)),
    ("a UID", re.compile(r"(?<![\d.])[0-2](?:\.\d+){4,}")),
    ("a date", re.compile("|".join(_DATES), re.IGNORECASE)),
    ("a long number", re.compile(r"\d{6,}|(?<!\d)[+(0](?:[ ()/.-]{0,2}\d){6,}")),
)
"""What may not stand in words that leave the lab, by its kind: nobody may sign such words either (corelab.domain.identity)."""


def may_not_stand(words: str, *, codes: Collection[str] = (), arms: Collection[str] = ()) -> tuple[str, ...]:
    """The kinds of thing in ``words`` that a query may not hold, never the thing itself. ``codes`` are the query's own and may stand."""
    return tuple(_found(without(words, codes), arms))


def _found(words: str, arms: Collection[str]) -> Iterator[str]:
    rest = words
    for what, pattern in PATTERNS:
        if pattern.search(rest):
            yield what
            rest = pattern.sub(" ", rest)  # a date is no long number too
    if any(arm.strip() and arm.casefold() in words.casefold() for arm in arms):
        yield "a word that names a treatment of the trial"


def without(words: str, codes: Collection[str]) -> str:
    """The words without the query's own codes: a site may have sent the subject's code where the patient's number belongs."""
    for code in sorted(filter(None, codes), key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(code)}(?!\w)", " ", words, flags=re.IGNORECASE)
    return words
