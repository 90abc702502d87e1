"""One return line at two benches that come back over HTTP at once, while it is paid."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.long import two_benches
from tests.sync.conftest import Central


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_there_is_one_receipt_each_one_review_one_refund(
    database: str, tmp_path: Path, times: int, seed: int, tally: Any
) -> None:
    """And of those that wait for a person, when he decided."""
    lines = 4 * times
    with closing(Central(tmp_path / "central", database)) as central:
        central.start()
        met = two_benches.meet(central, lines, 2, seed)
    assert not met.wrong
    assert met.counts["one refund"] == lines
    tally(lines, f"lines over HTTP; a person decided {met.counts['refunds that a person decided']}")
