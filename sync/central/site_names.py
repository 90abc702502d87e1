"""What a site may be called, and whether one that is named is known: a mistyped one captures orders of another."""

from sqlalchemy import Connection

from sync.central import tokens


def fault(site: str) -> str:
    """Tell why a text is no site's name; empty when it may be one."""
    if not site.strip():
        return "a site has a name, and this one is empty"
    if site != site.strip() or not site.isprintable():
        return f"a site's name has no blank at its ends, and no sign that is not seen: {site!r}"
    return ""


def stranger(connection: Connection, site: str) -> str:
    """Tell that no station was ever enrolled at a site, and which site may be meant; empty where one was."""
    known = tokens.sites(connection)
    if site in known:
        return ""
    alike = [each for each in known if _plain(each) == _plain(site)]
    named = f"; {alike[0]} is another site, and may be meant" if alike else ""
    return f"no station is enrolled at {site}{named}"


def _plain(site: str) -> str:
    return "".join(sign for sign in site.casefold() if sign.isalnum())
