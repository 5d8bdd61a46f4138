"""Which machine made a picture, named as a released clip may name it: by listed names, and other software by a digest."""

import hmac
from hashlib import sha256

from corelab.domain.mask_template import Machine
from corelab.imaging.deid.keyed import Keyed
from corelab.imaging.deid.policy import Policy
from corelab.imaging.deid.source_set import SourceSet
from corelab.imaging.deid.values import known_device

_MANUFACTURER, _MODEL, _SOFTWARE = 0x00080070, 0x00081090, 0x00181020
_DIGITS = 16


def machine_of(values: SourceSet, keyed: Keyed, policy: Policy) -> Machine | None:
    """None where its maker or model is not listed.

    Software that is not listed may hold anything, a hospital's name too: it becomes ``#`` and a keyed digest, by which a change is seen.
    """
    software = [str(value) for value in values.values(_SOFTWARE, "LO") if str(value)]
    maker, model, listed = known_device(policy, values.text(_MANUFACTURER), values.text(_MODEL), software)
    if not model:
        return None
    if list(listed) == software:
        return Machine(maker, model, "\\".join(listed))
    return Machine(maker, model, "#" + hmac.digest(keyed.key, b"software\0" + "\0".join(software).encode(), sha256).hex()[:_DIGITS])
