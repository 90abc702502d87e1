"""What a headless run came to: report.json, and the labels that the printer received, under their plates."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from station import preview, schema
from station.desk import Timing


def report(connection: Connection, timings: Iterable[Timing], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole report: each parcel with its items, exceptions, figures, timings, and what else is told."""
    parcels = [_parcel(connection, row) for row in _rows(connection, schema.parcel, schema.parcel.c.arrived_at)]
    exceptions = [dict(row) for row in _rows(connection, schema.exception, schema.exception.c.raised_at)]
    return {
        **more,
        "parcels": parcels,
        "exceptions": exceptions,
        "figures": _figures(parcels, exceptions),
        "timings": _timings(tuple(timings)),
    }


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write the report so that a reader sees the whole of it or none."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)


def keep_labels(received: Sequence[Path], folder: Path, plates: Iterable[str], dpi: int) -> None:
    """Copy each label that came out of the printer to PLATE.zpl and draw it as PLATE.png; a reprint wins."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {plate.encode(): plate for plate in plates}
    for path in received:
        zpl = path.read_bytes()
        plate = next((name for code, name in known.items() if code in zpl), "")
        if plate:
            (folder / f"{plate}.zpl").write_bytes(zpl)
            preview.draw(zpl, dpi).save(folder / f"{plate}.png")


def _rows(connection: Connection, table: Any, order: Any) -> Sequence[RowMapping]:
    return connection.execute(select(table).order_by(order)).mappings().all()


def _parcel(connection: Connection, row: RowMapping) -> dict[str, Any]:
    item, missing = schema.item, schema.missing_line
    items = connection.execute(
        select(item).where(item.c.parcel == row["parcel"]).order_by(item.c.identified_at)
    ).mappings()
    lines = connection.execute(select(missing).where(missing.c.parcel == row["parcel"])).mappings()
    told = {
        name: row[name] for name in ("parcel", "code", "carrier", "kind", "match", "client", "weight_mg", "in_band")
    }
    return {
        **told,
        "orders": json.loads(row["orders"]),
        "arrived_at": row["arrived_at"],
        "finished_at": row["finished_at"],
        "items": [_item(connection, each) for each in items],
        "missing": [{name: line[name] for name in ("rma", "line", "quantity")} for line in lines],
    }


def _item(connection: Connection, row: RowMapping) -> dict[str, Any]:
    photo = schema.photo
    photos = connection.execute(select(photo).where(photo.c.item == row["item"]).order_by(photo.c.taken_at)).mappings()
    names = ("plate", "item", "title", "sku", "gtin", "category", "client", "rma", "line", "match", "serial")
    return {
        **{name: row[name] for name in names},
        "serial_verdict": row["serial_verdict"],
        "grade": {name: row[name] for name in ("letter", "cosmetic", "functional")} | {"rule": row["grade_rule"]},
        "disposition": row["disposition"],
        "overridden": row["overridden"],
        "bin": row["bin"],
        "reasons": {"grade": json.loads(row["grade_reasons"]), "route": json.loads(row["route_reasons"])},
        "photos": [{"shot": each["shot"], "sha256": each["sha256"], "verdict": each["verdict"]} for each in photos],
    }


def _figures(parcels: Sequence[Mapping[str, Any]], exceptions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    items = [item for parcel in parcels for item in parcel["items"]]
    return {
        "parcels": len(parcels),
        "finished": sum(1 for parcel in parcels if parcel["finished_at"]),
        "items": len(items),
        "missing_units": sum(line["quantity"] for parcel in parcels for line in parcel["missing"]),
        "photos": sum(1 for item in items for photo in item["photos"] if photo["sha256"]),
        "exceptions": len(exceptions),
        "by_disposition": _counted(item["disposition"] for item in items),
        "by_grade": _counted(item["grade"]["letter"] or "none" for item in items),
        "by_match": _counted(item["match"] for item in items),
    }


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def _timings(timings: Sequence[Timing]) -> dict[str, Any]:
    return {
        "scans": len(timings),
        "scan_to_durable_ms": _percentiles([each.durable_s for each in timings]),
        "scan_to_shown_ms": _percentiles([each.shown_s for each in timings]),
    }


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50 and p99 in milliseconds; with a single value it is both, with none there are none."""
    if len(seconds) < 2:
        return {name: round(value * 1000, 3) for name in ("p50", "p99") for value in seconds}
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {"p50": round(cuts[49] * 1000, 3), "p99": round(cuts[98] * 1000, 3)}
