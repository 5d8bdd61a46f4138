"""What a charter makes of a made-up exam with two readings: needs no lab."""

import json

from corelab.domain.charter import load_charter
from corelab.domain.rehearsal.outcome import Outcome, try_out
from corelab.domain.rehearsal.written import CaseFault, CaseRefusedError, read_case


def try_charter(charter: bytes, case: bytes) -> Outcome:
    """``case`` is a JSON document. Raises CharterError for a charter with faults, CaseRefusedError for a case that is not one of it."""
    loaded = load_charter(charter)
    try:
        document = json.loads(case)
    except (ValueError, RecursionError) as error:
        raise CaseRefusedError(CaseFault("(file)", "it is not a JSON document")) from error
    return try_out(loaded, read_case(document, loaded))
