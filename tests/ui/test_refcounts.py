"""Guards against PySide6 6.12.0, where every call loses a reference to None or True until the program aborts."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel


def test_calls_and_signals_keep_the_references_of_none_and_true(qapp: QApplication) -> None:
    class Sender(QObject):
        said = Signal()

    label, sender = QLabel(), Sender()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for number in range(2000):
        label.setText(str(number))
        sender.said.emit()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert abs(after[0] - before[0]) < 200
    assert abs(after[1] - before[1]) < 200
