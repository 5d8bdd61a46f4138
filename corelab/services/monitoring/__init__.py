"""How reading goes, for coordinators: looked up in a lab with custody, before release in memory only; or in a package, without a lab."""

from corelab.export.agreement.document import document, rows
from corelab.services.monitoring.of_lab import look
from corelab.services.monitoring.of_package import NoPackageError, of_package

__all__ = ["NoPackageError", "document", "look", "of_package", "rows"]
