"""A window with a wedge filter, for the tests: tells on standard output what was scanned, typed and pressed."""

import sys

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ui.wedge import WedgeFilter


def say(*words: object) -> None:
    sys.stdout.write(repr(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    app = QApplication([])
    wedge = WedgeFilter(
        lambda reading: say(
            "reading",
            type(reading).__name__,
            getattr(reading, "text", getattr(reading, "raw", "")),
            getattr(reading, "aim", ""),
        )
    )
    app.installEventFilter(wedge)
    window, field, button = QWidget(), QLineEdit(), QPushButton("danger")
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(button)
    button.setAutoDefault(True)
    field.textChanged.connect(lambda text: say("field", text))
    button.clicked.connect(lambda: say("pressed"))
    window.resize(400, 200)
    window.show()
    window.activateWindow()
    commands = QSocketNotifier(0, QSocketNotifier.Type.Read)

    def obey() -> None:
        line = sys.stdin.readline().strip()
        if line == "focus field":
            field.setFocus()
        elif line == "focus button":
            button.setFocus()
        elif line == "clear":
            field.clear()
        else:
            app.quit()
        say("done", line)

    commands.activated.connect(obey)

    def when_active() -> None:
        """Keys go nowhere before the window has the focus of the screen."""
        if window.isActiveWindow():
            say("ready")
        else:
            QTimer.singleShot(10, when_active)

    when_active()
    app.exec()


if __name__ == "__main__":
    main()
