"""The rules of conftest.py catch what they are there for: each is shown a test that breaks it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

RULES = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")


@pytest.fixture
def inner(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Runs one test body in a pytest of its own under the same rules."""

    def run(body: str, hung_s: float = 60.0) -> pytest.RunResult:
        assert "HUNG_S = 60.0" in RULES
        pytester.makeconftest(RULES.replace("HUNG_S = 60.0", f"HUNG_S = {hung_s}"))
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        pytester.makepyfile(
            f"import logging, os, threading\nrelease = threading.Event()\ndef test_it(expect_log):\n{lines}\n"
        )
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:randomly")

    return run


def test_a_leaked_thread_fails(inner: Callable[..., pytest.RunResult]) -> None:
    leak = "threading.Thread(target=release.wait, args=[3.0], name='scale-7', daemon=True).start()"
    result = inner(leak, hung_s=0.1)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*threads left running: scale-7"])


def test_a_thread_that_ends_by_itself_is_waited_for(inner: Callable[[str], pytest.RunResult]) -> None:
    inner("threading.Thread(target=release.wait, args=[0.2]).start()").assert_outcomes(passed=1)


def test_an_unexpected_warning_line_fails(
    inner: Callable[[str], pytest.RunResult], expect_log: Callable[[str], None]
) -> None:
    expect_log("no answer")  # The inner run shares this one's log.
    result = inner("logging.getLogger('devices.scale').warning('no answer')")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*WARNING devices.scale: no answer"])


def test_an_expected_line_is_allowed(
    inner: Callable[[str], pytest.RunResult], expect_log: Callable[[str], None]
) -> None:
    expect_log("no answer")
    inner("expect_log('devices.scale: no')\nlogging.getLogger('devices.scale').warning('no answer')").assert_outcomes(
        passed=1
    )


def test_an_expected_line_must_come(inner: Callable[[str], pytest.RunResult]) -> None:
    inner("expect_log('no answer')").assert_outcomes(passed=1, errors=1)


def test_a_line_of_information_is_nobodys_business(inner: Callable[[str], pytest.RunResult]) -> None:
    inner("logging.getLogger('devices.scale').info('up')").assert_outcomes(passed=1)


def test_home_is_not_the_persons_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    below = str(tmp_path_factory.getbasetemp())
    names = [
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    ]
    assert all(os.environ[name].startswith(below) for name in names)
    assert os.environ["LANGUAGE"] == "en"


def test_xvfb_is_a_display(xvfb: str) -> None:
    assert Path(f"/tmp/.X11-unix/X{xvfb[1:]}").is_socket()


def test_until_gives_up_in_words(until: Callable[..., None]) -> None:
    until(lambda: True)
    with pytest.raises(pytest.fail.Exception, match="in vain for the printer"):
        until(lambda: False, timeout_s=0.02, what="the printer")
