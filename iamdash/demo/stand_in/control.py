"""The stand-in's own door, beside AWS's: JSON, for the demo and for tests, on this machine alone."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from iamdash.demo.stand_in import backends, report, sessions
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.sessions import Session
from iamdash.demo.stand_in.state import State
from iamdash.demo.stand_in.usage import Rhythm, Use

PREFIX = "/_stand_in/"
SIGN_IN_LASTS = timedelta(hours=12)


def respond(state: State, environ: dict[str, Any]) -> Response:
    """Answer one request of the control door; a mistake is answered 400 with a sentence."""
    request = Request(environ)
    action = ACTIONS.get(f"{request.method} {request.path.removeprefix(PREFIX)}")
    if action is None:
        return _json({"error": f"no such action; there are: {', '.join(ACTIONS)}"}, status=404)
    try:
        asked = json.loads(request.get_data() or b"{}")
        answer = action(state, **asked)
    except (TypeError, ValueError) as error:
        return _json({"error": str(error)}, status=400)
    if request.method != "GET":
        state.save()
    return _json(answer)


def _json(answer: Any, *, status: int = 200) -> Response:
    return Response(json.dumps(answer, default=str) + "\n", status, content_type="application/json")


def health(state: State) -> dict[str, Any]:
    """Say that it runs, what time it is here, and how many days have been let pass."""
    return {
        "status": "ok",
        "now": state.clock.now().isoformat(),
        "offset_seconds": state.clock.offset.total_seconds(),
        "days_passed": state.days_passed,
        "accounts": backends.account_ids(),
    }


def set_clock(state: State, *, offset_seconds: float) -> dict[str, Any]:
    """Move the clock: 0 is the real time, a negative offset is the past."""
    state.clock.offset = timedelta(seconds=offset_seconds)
    return health(state)


def pass_day(state: State) -> dict[str, Any]:
    """Count a day and let every credential report age by it, so that the next one is new."""
    state.days_passed += 1
    report.age(state, timedelta(days=1))
    return health(state)


def make_reports(state: State, *, account_ids: list[str] | None = None) -> dict[str, Any]:
    """Make the credential reports of these accounts (left out: all) at once."""
    chosen = account_ids if account_ids is not None else backends.account_ids()
    for account_id in chosen:
        report.make_now(state, account_id)
    return {"made": chosen}


def record_use(state: State, *, credential: str, at: str, service: str, region: str) -> dict[str, Any]:
    """Let a credential (access key ID, RoleId, UserId) have been used once."""
    use = Use(datetime.fromisoformat(at), service, region)
    state.usage.record(credential, use)
    return {"recorded": asdict(use)}


def seen_uses(state: State, *, credentials: list[str], at: list[str]) -> dict[str, list[tuple[str, str, str, str]]]:
    """Say what readings of last use at these moments would have told: each use once, with when it was first seen."""
    moments = [datetime.fromisoformat(moment) for moment in at]
    told: dict[str, list[tuple[str, str, str, str]]] = {credential: [] for credential in credentials}
    for credential, found in told.items():
        for moment in moments:
            use = state.usage.last_use(credential, moment)
            if use and (not found or found[-1][1] != use.at.isoformat()):
                found.append((moment.isoformat(), use.at.isoformat(), use.service, use.region))
    return told


def start_job(
    state: State, *, credential: str, every_seconds: float, first_at: str, service: str, region: str
) -> dict[str, Any]:
    """Let a job use a credential from `first_at` on, so often."""
    rhythm = Rhythm(timedelta(seconds=every_seconds), datetime.fromisoformat(first_at), service, region)
    state.usage.start(credential, rhythm)
    return {"started": asdict(rhythm)}


def stop_jobs(state: State, *, credential: str, at: str) -> dict[str, Any]:
    """Let every job of a credential have ended at `at`."""
    state.usage.stop(credential, datetime.fromisoformat(at))
    return {"stopped": credential}


def sign_in(state: State, *, account_id: str, name: str = "engineer") -> dict[str, Any]:
    """Return credentials of a person who may do everything in one account, as a credential_process prints them."""
    session = Session(
        account_id,
        f"arn:aws:iam::{account_id}:role/engineer",
        backends.unique_id("AROA"),
        name,
        datetime.now(UTC) + SIGN_IN_LASTS,
        unlimited=True,
    )
    credentials = sessions.open_session(state, session)
    return {"Version": 1, **credentials, "Expiration": session.expires_at.isoformat()}


def add_fault(state: State, **asked: Any) -> dict[str, Any]:
    """Order a fault: kind, action, account_id, times, seconds (see faults.py)."""
    fault = Fault(**asked)
    state.faults.append(fault)
    return {"ordered": asdict(fault)}


def remove_faults(state: State) -> dict[str, Any]:
    """Let everything work again."""
    state.faults.clear()
    return {"faults": []}


def calls(state: State) -> dict[str, int]:
    """Return how often each action was called in each account since the start."""
    return dict(sorted(state.calls.items()))


ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "GET health": health,
    "POST clock": set_clock,
    "POST day": pass_day,
    "POST reports": make_reports,
    "POST uses": record_use,
    "GET seen-uses": seen_uses,
    "POST jobs": start_job,
    "DELETE jobs": stop_jobs,
    "POST sign-in": sign_in,
    "POST faults": add_fault,
    "DELETE faults": remove_faults,
    "GET calls": calls,
}
