"""What is said of the sync, a sentence each: in the lamp's hint, and all of it on the page of the devices."""

from collections.abc import Iterator

from resources.words import mark
from ui import wording
from ui.view import View


def pressing(view: View) -> Iterator[str]:
    """Yield what a person may want to know of the sync before going home or calling somebody."""
    sync, tr = view.sync, view.tr
    if sync.is_safe_to_switch_off:
        yield tr.gettext(mark("Central has everything: it is safe to switch off."))
    if sync.waiting and sync.oldest_waiting_at:
        said = {"count": str(sync.waiting), "since": sync.oldest_waiting_at}
        yield wording.say(tr, mark("{count} facts wait, the oldest since {since}."), said)
    if sync.photos_waiting:
        megabytes = f"{sync.photos_bytes / 1_000_000:.1f}"
        said = {"count": str(sync.photos_waiting), "megabytes": megabytes}
        yield wording.say(tr, mark("{count} photos wait, {megabytes} MB."), said)
    if sync.is_clock_off:
        minutes = str(round(abs(sync.clock_offset_s) / 60))
        yield wording.say(tr, mark("Central's clock and this one are {minutes} minutes apart."), {"minutes": minutes})
    if sync.rolled_back:
        said = {"count": str(sync.rolled_back)}
        yield wording.say(tr, mark("{count} facts that were recorded under these numbers are at central only."), said)
    if sync.is_put_back:
        yield tr.gettext(mark("Central was put back to an earlier state; what it lacks is sent again."))


def all_of_it(view: View, version: str) -> Iterator[str]:
    """Yield all that is known of the sync, and what whoever is asked for help asks first."""
    sync, tr = view.sync, view.tr
    yield tr.gettext(
        mark("Central is there.") if sync.online else mark("Central is away; it is tried again and again.")
    )
    if sync.last_ack_at:
        yield wording.say(tr, mark("Central last took something on {at}."), {"at": sync.last_ack_at})
    else:
        yield tr.gettext(mark("Central has taken nothing since this program was started."))
    yield from pressing(view)
    if sync.refused:
        said = {"count": str(sync.refused)}
        yield wording.say(tr, mark("{count} facts or photos were refused or set aside; a supervisor must look."), said)
    if sync.online and not sync.is_clock_off:
        seconds = tr.figure(f"{abs(sync.clock_offset_s):.1f}")
        yield tr.format(mark("Central's clock and this one are {seconds} seconds apart."), seconds=seconds)
    if sync.disk_free_bytes >= 0:
        gigabytes = tr.figure(f"{sync.disk_free_bytes / 1_000_000_000:.1f}")
        yield tr.format(mark("{gigabytes} GB of the disk are free."), gigabytes=gigabytes)
    yield tr.format(mark("Returns Station {version}"), version=version)
