"""What the commands of `returns-central` say, and the exit status that goes with it."""

import sys


def say(line: str) -> int:
    """Print a line; all went well."""
    sys.stdout.write(line + "\n")
    return 0


def sorry(why: str) -> int:
    """Print on the error stream why something was not done."""
    sys.stderr.write(f"returns-central: {why}\n")
    return 1
