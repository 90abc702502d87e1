"""`returns-station authority`: who may do what, as a table; and whether a site's own file can be used."""

import sys
from pathlib import Path

from station.authority.roles import AuthorityError, parse, read_authority
from station.authority.table import table


def show(file: Path | None) -> int:
    """Print the table of a file, or of the one in use; return 1 for a file that cannot be used, and say why.

    Raises OSError for one that cannot be read.
    """
    try:
        authority = parse(file.read_bytes()) if file is not None else read_authority()
    except AuthorityError as error:
        sys.stderr.write(f"returns-station: {file}: {error}\n")
        return 1
    sys.stdout.write(f"{table(authority)}\n")
    return 0
