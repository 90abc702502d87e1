"""Where a token is left for a station on the same computer; loads no database, for whoever only wants to read it."""

from pathlib import Path


def token_file(data: Path, station: str) -> Path:
    """Return where a token is left for a station on the same computer."""
    return data / "tokens" / f"{station}.token"


def leave(data: Path, station: str, token: str) -> None:
    """Write a token where `token_file` says, readable by this user only."""
    place = token_file(data, station)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.touch(mode=0o600)
    place.write_text(token + "\n", encoding="ascii")
