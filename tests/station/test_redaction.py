"""Nothing private gets through, and what tells something about the program stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import redaction
from station.redaction import Redactor

HEAD = "2026-11-26 17:35:14,123 WARNING devices.worker: "
SECRETS = [
    "Anna Meyer",
    "anna meyer",
    "12a High Street",
    "LS1 4AB",
    "SN-4711-XYZ",
    "356938035643809",
    "BDG-1001",
    "4711",
    "1Z999AA10123456784",
    "anna.meyer@example.com",
    "+44 113 496 0000",
    "QlRtb3JlIHNlY3JldA",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_a_log_line_is_masked_wherever_it_stands(secret: str) -> None:
    redactor = Redactor(["Anna Meyer", "BDG-1001"])
    for text in (
        secret,
        f"failed after ['{secret}']",
        f"Scan(text='{secret}', aim='')",
        f"no {secret}: lost",
        f"x={secret}",
    ):
        line = redactor.line(HEAD + text)
        assert line.startswith(HEAD)
        for word in secret.split():
            small = word.isdigit() and len(word) < 4
            assert small or word.casefold() not in line[len(HEAD) :].casefold()


@pytest.mark.parametrize("secret", ["jane doe", "elm street", "hunter"])
def test_words_in_quotes_are_nobody_of_ours_however_small_they_are(secret: str) -> None:
    line = Redactor().line(f"{HEAD}failed after ['{secret}', \"{secret}\"]")
    assert not any(word in line for word in secret.split())


def test_an_address_in_a_log_line_loses_user_password_and_query() -> None:
    line = Redactor().line(f"{HEAD}camera is down: unreachable rtsp://admin:geheim@cam/live?auth=verysecret not opened")
    assert "unreachable rtsp://cam/" in line and line.endswith(" not opened")
    assert not any(word in line for word in ("admin", "geheim", "verysecret"))


def test_the_shape_of_a_scan_tells_its_frame_and_none_of_its_content() -> None:
    assert redaction.shape(b"]C0Ab-19\x1d\xe4\r") == r"]A9Aa-99\x1d?\r"


def test_what_the_program_says_itself_stays_readable() -> None:
    redactor = Redactor()
    line = HEAD + "scale is down: no_answer after 3 s, TimeoutError in devices.worker"
    assert redactor.line(line) == line
    trace = '  File "/home/anna/.venv/lib/station/desk.py", line 12, in take'
    assert redactor.line(trace) == '  File "desk.py", line 12, in take'
    assert redactor.line("ValueError: nothing") == "ValueError: nothing"


def test_the_same_text_has_the_same_mark_in_one_bundle_and_another_in_the_next() -> None:
    one, other = Redactor(), Redactor()
    assert one.message("SN-4711 and SN-4711") == one.message("SN-4711") + " and " + one.message("SN-4711")
    assert one.message("SN-4711") != one.message("SN-4712")
    assert one.message("SN-4711") != other.message("SN-4711")


@given(st.text())
def test_any_text_is_taken_and_long_numbers_never_come_through(text: str) -> None:
    shown = Redactor(["Anna"]).line(f"{text} 987654321 anna")
    assert "987654321" not in shown and "anna" not in shown.casefold().replace("‹", "")


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("http://admin:geheim@10.0.0.7/stream?pwd=geheim", "http://10.0.0.7/stream?‹…›"),
        ("https://central.example:8443", "https://central.example:8443"),
        ("/dev/serial/by-id/usb-FTDI", "/dev/serial/by-id/usb-FTDI"),
        ("http://[geheim", "‹an address that cannot be read›"),
    ],
)
def test_an_address_loses_its_passwords(given_: str, shown: str) -> None:
    assert redaction.address(given_) == shown
    assert redaction.settings({"camera": {"source": given_, "token_file": "/home/anna/token", "baud": 9600}}) == {
        "camera": {"source": shown, "token_file": "‹set›", "baud": 9600}
    }
