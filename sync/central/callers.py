"""Who is calling: finds station or system by the token of a request, and says no to one that may not pass this door."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from sync.central import answers, integrators, tokens
from sync.central.answers import RequestError
from sync.central.heard import Heard
from sync.central.integrators import Integrator, Role
from sync.central.store import Store
from sync.central.tokens import Caller, Claim

# Of stations whose tokens a process remembers; a few hundred bytes each.
_MOST_REMEMBERED = 10_000


class Stations:
    """The doors for stations: any of them, those of the site in the path, the one in the path.

    Who was proved is remembered, for `claimed` alone.
    """

    def __init__(self, store: Store, heard: Heard) -> None:
        self._store = store
        self._heard = heard
        self._proved: dict[bytes, Caller] = {}

    async def any(self, request: Request) -> Caller:
        """Return the station that calls; raises RequestError (401) or NotAdmitted (401, 403)."""
        found = await run_in_threadpool(tokens.caller, self._store, answers.bearer(request), answers.now())
        await self._note(request, found)
        return found

    async def of_site(self, request: Request) -> Caller:
        """The same, and of the `site` in the path; raises RequestError (403) for another's."""
        caller = await self.any(request)
        if caller.site != request.path_params["site"]:
            raise RequestError(403, "other_site", "this token is of another site")
        return caller

    async def itself(self, request: Request) -> Caller:
        """The same, and the `station` in the path; raises RequestError (403) for another's."""
        return _itself(request, await self.any(request))

    async def claimed(self, request: Request) -> Claim:
        """The same, by memory: the caller must insist on its `tokens.proof` in the transaction that hangs on it.

        A push would ask the database in one more turn otherwise. Raises what `itself` raises.
        """
        token_hash = tokens.hash_of(answers.bearer(request))
        proved = self._proved.get(token_hash)
        if proved is not None:
            await self._note(request, proved)
            return Claim(_itself(request, proved), token_hash)
        caller = await self.itself(request)
        if len(self._proved) >= _MOST_REMEMBERED:
            self._proved.clear()
        self._proved[token_hash] = caller
        return Claim(caller)

    async def _note(self, request: Request, caller: Caller) -> None:
        request.state.who = caller.station
        if self._heard.note(caller.station, answers.now()):
            await run_in_threadpool(self._heard.write)


def _itself(request: Request, caller: Caller) -> Caller:
    if caller.station != request.path_params["station"]:
        raise RequestError(403, "other_station", "this token is of another station")
    return caller


async def monitor(store: Store, request: Request) -> None:
    """Let a system pass that may read what central counts, at whatever site; raises RequestError (401, 403)."""
    found = await run_in_threadpool(integrators.caller, store, answers.bearer(request))
    if found is None:
        raise answers.unknown("system")
    request.state.who = found.name
    if "monitor" not in found.roles:
        raise RequestError(403, "no_role", "this token may not do what needs the role monitor")


async def integrator(store: Store, request: Request, role: Role) -> Integrator:
    """Return the system that calls, which may do this at the `site` in the path; raises RequestError (401, 403)."""
    token = answers.bearer(request)
    found = await run_in_threadpool(integrators.caller, store, token)
    if found is None:
        raise answers.unknown("integrator")
    request.state.who = found.name
    if found.site != request.path_params["site"]:
        raise RequestError(403, "other_site", "this token is of another site")
    if role not in found.roles:
        raise RequestError(403, "no_role", f"this token may not do what needs the role {role}")
    return found
