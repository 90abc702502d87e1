"""What every connection of central's database is told."""

from sync.central.store import Store


def test_nothing_is_compiled_to_look_through_a_small_table(_on_postgres: Store) -> None:
    with _on_postgres.reading() as connection:
        looking = "EXPLAIN ANALYZE SELECT site, last + 1 FROM site_head"
        plan = connection.exec_driver_sql(looking).scalars().all()
    assert any("Seq Scan" in line for line in plan)
    assert not any("JIT" in line for line in plan)
