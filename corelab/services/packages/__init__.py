"""Lock and unlock the trial's data; derive, check, write, sign and verify a package."""

from corelab.services.packages.approving import SpecificationState, approve_specification, specification
from corelab.services.packages.checking import VerifiedPackage, is_package, verify_package
from corelab.services.packages.gather import Excluded
from corelab.services.packages.locking import Locked, lock, require_unlocked
from corelab.services.packages.unlocking import Unlocked, UnlockRequest, unlock
from corelab.services.packages.writing import Exported, Preview, export, preview

__all__ = [
    "Excluded",
    "Exported",
    "Locked",
    "Preview",
    "SpecificationState",
    "UnlockRequest",
    "Unlocked",
    "VerifiedPackage",
    "approve_specification",
    "export",
    "is_package",
    "lock",
    "preview",
    "require_unlocked",
    "specification",
    "unlock",
    "verify_package",
]
