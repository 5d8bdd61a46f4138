"""The README.txt of a package: what it is, how to check it, how to read it."""

from collections.abc import Mapping
from typing import Any

_MARK = {
    "DEMO": "DEMONSTRATION: made from synthetic clips and simulated readings. Not data of a trial.\n\n",
    "TEST": "TEST: made to try the transfer. Not for analysis.\n\n",
    "PROD": "",
}


def readme(facts: Mapping[str, Any], counts: Mapping[str, int], kind: str) -> str:
    rows = "\n".join(f"  data/{name}.csv{'':<{20 - len(name)}}{count} rows" for name, count in counts.items())
    cutoff = facts["cutoff"]
    return f"""{_MARK[kind]}Trial {facts["trial"]}, transfer {facts["transfer"]}: blinded readings of duplex ultrasound,
and what follows from them.

As of {cutoff["at"]} (event {cutoff["seq"]} of the audit trail, {cutoff["head"]}).
Made by {facts["product"]}, specification {facts["specification"]}. This transfer replaces every earlier one in full.

Check it:
  sha256sum -c SHA256SUMS        every file is as it was written
  corelab verify .               also the signature, the code lists, and every result made anew from the readings
  python audit/verify_standalone.py .    files, signatures and audit trail, without corelab (needs PyNaCl)
  minisign -V -p corelab.pub -m MANIFEST.json    the signature of the lab, with a tool that is not ours

Read it:
{rows}
  codebook/dictionary.csv   every column: label, type, length, code list, key
  codebook/codelists.csv    every code with its meaning
  codebook/charter_*.toml   the imaging charter: what was asked, compared, adjudicated and derived
  qc/checks.json            what was checked before signing, and which exams are left out and why
  audit/                    the audit trail up to the cut-off: events, what they say, signatures, keys, checkpoint

Files are UTF-8 CSV with a header, commas and LF. An empty field is a missing value. Three kinds of missing grade are codes and never
blank or 0: NA not applicable, NE not evaluable (reason in NERSN), NI not imaged (reason in NERSN).
Dates are moved by a whole number of weeks per subject: intervals and days of the week are true, dates are not.
SOURCE in results.csv says where a final grade comes from: CONCORDANT (both readings agree), ADJUDICATED (a signed decision), REFERENCE
(they differ where the charter does not adjudicate: the reading drawn as reference before anybody read). Nothing is averaged.
The approval of this transfer (printed name, time, meaning) stands in MANIFEST.json.
"""
