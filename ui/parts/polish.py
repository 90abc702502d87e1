"""Gives a widget another look of the stylesheet, and only then the cost of it."""

from PySide6.QtWidgets import QWidget


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the stylesheet asks for; the style is looked up again only when it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_name(widget: QWidget, name: str) -> None:
    """Set the object name the stylesheet asks for, likewise."""
    if widget.objectName() != name:
        widget.setObjectName(name)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
