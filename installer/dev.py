#!/usr/bin/env python3
"""The developer's way in: `python3 installer/dev.py --help`. Needs nothing but Python and a network once."""

import sys

OLDEST = (3, 11)


def main() -> int:
    """Refuses a Python that cannot even read the other files, then hands over to them."""
    if sys.version_info[:2] < OLDEST:
        found, wanted = (".".join(map(str, version)) for version in (sys.version_info[:2], OLDEST))
        print(f"Returns Station needs Python {wanted} or newer, and this is {found}.")
        print(f"Install a newer one and start this with it: python{wanted} installer/dev.py")
        return 1
    # Not at the top: an old Python stops at words in there that it does not know.
    import commands

    return commands.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
