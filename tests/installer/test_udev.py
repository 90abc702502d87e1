"""The udev rules: udev itself is not at hand where this is tested, so what it would read is read here."""

import re
from pathlib import Path

RULES = Path(__file__).parents[2] / "installer" / "udev" / "70-returns-station.rules"
PART = re.compile(r'(SUBSYSTEM|KERNEL|ACTION|ATTRS\{id(?:Vendor|Product)\})=="[^"]+"|'
                  r'(GROUP|MODE|GOTO|LABEL|ENV\{ID_MM_(?:DEVICE|PORT)_IGNORE\})="[^"]+"|TAG\+="uaccess"')  # fmt: skip


def rules() -> list[list[str]]:
    lines = RULES.read_text(encoding="utf-8").splitlines()
    return [line.split(", ") for line in lines if line.strip() and not line.startswith("#")]


def test_every_part_of_every_rule_is_one_that_udev_knows() -> None:
    wrong = [part for rule in rules() for part in rule if not PART.fullmatch(part)]
    assert not wrong
    assert all("==" in rule[0] or rule[0].startswith("LABEL") for rule in rules())


def test_the_rules_come_before_those_that_heed_them() -> None:
    assert int(RULES.name[:2]) < 73


def test_every_kind_of_device_is_opened_to_the_bench_and_no_foreign_keyboard_is() -> None:
    opened = [rule for rule in rules() if any(part.startswith("GROUP") for part in rule)]
    assert {rule[0] for rule in opened} == {'SUBSYSTEM=="hidraw"', 'SUBSYSTEM=="input"', 'SUBSYSTEM=="tty"'}
    for rule in opened:
        vendors = [part for part in rule if part.startswith("ATTRS{idVendor}")]
        assert vendors and (rule[0] == 'SUBSYSTEM=="tty"' or vendors != ['ATTRS{idVendor}=="?*"'])
