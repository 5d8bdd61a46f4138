"""Who had which signing key and which printed name at which number of the chain."""

from collections import defaultdict
from collections.abc import Mapping

from corelab.domain import audit
from corelab.storage.verify.source import RawRow, Source

_Rows = Mapping[str, tuple[RawRow, ...]]


class PersonKeys:
    """The keys and names of people as the rows of a lab tell them."""

    def __init__(self, source: Source) -> None:
        self._credentials = _by_account(source.rows("credential"))
        self._revisions = _by_account(source.rows("account_revision"))
        self._resets = _by_account(tuple(row for row in source.rows("account_revision") if row["status"] == "invited"))

    def at(self, account: str, seq: int) -> bytes | None:
        """The public key that the person had then: from its credential until a reset or other keys.

        A one-time code alone is no reset: whoever moves with the lab onto a server gets one for the same keys.
        """
        latest = _latest_before(self._credentials, account, seq)
        if latest is None or any(latest["event_seq"] < row["event_seq"] < seq for row in self._resets.get(account, ())):
            return None
        return bytes(latest["sign_pub"])

    def valid(self, account: str, key_id: str, seq: int) -> bytes | None:
        """The public key of this id, if it was the person's then."""
        public = self.at(account, seq)
        return public if public is not None and audit.key_id(public) == key_id else None

    def printed_name(self, account: str, seq: int) -> str | None:
        latest = _latest_before(self._revisions, account, seq)
        return latest["printed_name"] if latest else None


def _by_account(rows: tuple[RawRow, ...]) -> _Rows:
    found: defaultdict[str, list[RawRow]] = defaultdict(list)
    for row in rows:
        found[row["account_id"]].append(row)
    return {account: tuple(own) for account, own in found.items()}


def _latest_before(rows: _Rows, account: str, seq: int) -> RawRow | None:
    before = [row for row in rows.get(account, ()) if row["event_seq"] < seq]
    return max(before, key=lambda row: int(row["n"]), default=None)
