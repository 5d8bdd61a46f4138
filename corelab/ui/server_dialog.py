"""Asks for the address of a lab on a server, checked while it is typed, and for the file with the certificate that it is trusted by."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from corelab.domain.addresses import AddressRefusedError, ServerAddress, address_of
from corelab.ui.address_words import BEGIN, EXAMPLE, faults_told
from corelab.ui.buttons import Button
from corelab.ui.dialog import Dialog
from corelab.ui.fields import field
from corelab.ui.parts import text_label, tint
from corelab.ui.theme import GRID, Colour, Size, Weight

FILES = "Certificates (*.pem *.crt *.cer);;All files (*)"
_HERE = "The server is this machine: nothing goes over a network."
_CHECKED = "The connection is encrypted, and the certificate of {host} is checked."
_NO_FILE = "There is no such certificate file."


class ServerDialog(Dialog):
    """``chosen`` hears the address, once it is one."""

    def __init__(self, parent: QWidget, chosen: Callable[[ServerAddress], object]) -> None:
        super().__init__(parent, "Open a lab on a server", width=560)
        self._chosen = chosen
        self._found: ServerAddress | None = None
        self.add_words("Who runs the server of your lab gives you its address. User name and password are asked for afterwards.")
        self.address, self.root = QLineEdit(BEGIN), QLineEdit()
        self.lines.addWidget(field("Address", self.address, f"Server and database, such as {EXAMPLE}"))
        self.lines.addWidget(field("Certificate file", self._root_line(), "Only where the server's certificate is one of your lab's own."))
        self.root.setAccessibleName("Certificate file")
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True)
        self.lines.addWidget(self.told)
        self.lines.addStretch(1)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Open", self._on_do, primary=True, cap="Enter")
        for each in (self.address, self.root):
            each.textChanged.connect(self._on_typed)
            each.returnPressed.connect(self.do.click)
        self._on_typed()
        self.address.setFocus()

    def open(self) -> None:
        """What is typed goes on behind the beginning that is there already, not in its place, as Qt would have it."""
        super().open()
        self.address.setCursorPosition(len(self.address.text()))

    def _root_line(self) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        self.choose = Button("Choose...")
        self.choose.setAccessibleName("Choose the certificate file")
        self.choose.clicked.connect(self._on_choose)
        self.root.setMinimumHeight(36)
        line.addWidget(self.root, 1)
        line.addWidget(self.choose)
        return box

    def _on_choose(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "The certificate file", "", FILES)
        if file:
            self.root.setText(file)

    def _on_typed(self) -> None:
        fault = ""
        try:
            self._found = self._typed()
        except AddressRefusedError as refused:
            self._found, fault = None, "" if self._is_untouched() else _listed(refused)
        if self._found is not None and self._found.root is not None and not self._found.root.is_file():
            self._found, fault = None, _NO_FILE
        self._tell(fault)
        self.do.setEnabled(self._found is not None)

    def _typed(self) -> ServerAddress:
        """The file that is chosen stands for any in the address. Raises AddressRefusedError."""
        address, root = address_of(self.address.text()), self.root.text().strip()
        return replace(address, root=Path(root)) if root else address

    def _is_untouched(self) -> bool:
        """Nothing is wrong with what is not there yet."""
        return BEGIN.startswith(self.address.text().strip())

    def _tell(self, fault: str) -> None:
        quiet = "" if self._found is None else _HERE if self._found.loopback else _CHECKED.format(host=self._found.host)
        tint(self.told, Colour.ATTENTION if fault else Colour.SECOND)
        self.told.setText(fault or quiet)

    def _on_do(self) -> None:
        if self._found is not None:
            self.accept()
            self._chosen(self._found)


def _listed(refused: AddressRefusedError) -> str:
    told = faults_told(refused).split("\n")
    return told[0] if len(told) == 1 else "\n".join(f"- {each}" for each in told)
