"""The look-ups of a real bench: the rules that hold for a client, PINs, and bins that would take an item."""

import pytest

from station import sample
from station.lookups import Lookups
from station.rules import read_rules
from station.words import CATEGORY_WORDS


def test_a_clients_own_contract_comes_before_the_routes_for_all(site_known: Lookups) -> None:
    clients = {each.client for each in sample.products()}
    own = [client for client in clients if "hearthwick" in site_known.routes(client).name]
    assert own == ["Hearthwick"]
    assert site_known.routes("Nobody").name == site_known.routes("").name


def test_only_the_right_pin_fits_and_a_damaged_hash_fits_nothing(site_known: Lookups) -> None:
    person = sample.people()[0]
    operator = site_known.operator(person.badge)
    assert operator is not None
    assert site_known.pin_is_right(operator, person.pin)
    assert not site_known.pin_is_right(operator, person.pin + "0")
    damaged = type(operator)(operator.badge, operator.name, operator.role, "$argon2id$damaged")
    assert not site_known.pin_is_right(damaged, person.pin)


@pytest.mark.parametrize("disposition", ["restock", "refurb", "resale", "recycle", "hold"])
def test_every_route_of_every_client_has_a_bin(site_known: Lookups, disposition: str) -> None:
    for client in {each.client for each in sample.products()}:
        assert any(each.disposition == disposition and each.client in ("", client) for each in site_known.site_bins())


def test_a_person_is_offered_wide_categories_and_a_record_leads_to_the_kinds_within(site_known: Lookups) -> None:
    offered = site_known.categories()
    assert "electronics" in offered
    assert "phones" not in offered
    phones = site_known.rubric("phones", "Anyone")
    assert phones is not None
    assert phones.kind_of in offered
    assert set(read_rules().rubrics) == set(CATEGORY_WORDS)
