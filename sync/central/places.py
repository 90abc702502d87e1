"""Where the database of a data folder is, when it is not in the folder: remembered there, without its password."""

from pathlib import Path

from sqlalchemy.engine import make_url

from station.files import put_in_place

_FILE = "database.txt"
_SECRET = ("password", "sslpassword")


def remember(data: Path, url: str) -> None:
    """Write down where `serve` had its database (empty: in the folder itself). Raises OSError."""
    place = data / _FILE
    if not url:
        place.unlink(missing_ok=True)
        return
    new = place.with_name(f"{_FILE}.new")
    new.write_text(_without_password(url) + "\n", encoding="utf-8")
    put_in_place(new, place)


def elsewhere(data: Path) -> str:
    """Return where the folder's database is, as a sentence says it; empty when it is in the folder, or nobody knows."""
    try:
        return (data / _FILE).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _without_password(url: str) -> str:
    parsed = make_url(url).difference_update_query(_SECRET)
    return parsed._replace(password=None).render_as_string(hide_password=False)
