"""One AWS account, read: pieces in the order in which they are of use, gaps in place of what could not be read."""

import time
from collections.abc import Callable, Iterator

from iamdash.aws.access_keys import KeyReader
from iamdash.aws.clusters import ClusterNames, read_clusters
from iamdash.aws.identity import identify
from iamdash.aws.listing import list_account_surely, outline
from iamdash.aws.pods import read_pods
from iamdash.aws.progress import Clock, OnProgress, Surroundings, tell_nobody
from iamdash.aws.report import fetch_report, request_report
from iamdash.aws.report_uses import reported_uses
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import CredentialReport, Known, Listing, Piece, Unread
from iamdash.aws.spread import in_random_order
from iamdash.aws.users import ask_for_missing
from iamdash.aws.whom_to_ask import NamedUser, whom_to_ask


def collect(
    session: AwsSession,
    *,
    account_id: str,
    known: Known,
    clock: Clock,
    on_progress: OnProgress = tell_nobody,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Piece]:
    """Yield what AWS says of the account; a part that it does not tell is an Unread and stops nothing else.

    Identity; Listing; CredentialReport; ReportedUses; KeysOfUser, one by one; Absence, one by one; PodIdentities;
    Clusters. Neither report nor uses come while the last report stands, and nothing but an Unread where the credentials
    are not the account's. `clock` returns now in UTC, `on_progress` is told what is read, how many are done and of how
    many (None: nobody knows), `pause` waits for seconds.
    """
    surroundings = Surroundings(clock, on_progress, pause)
    on_progress("Opening a session", 0, None)
    identity = identify(session, account_id=account_id, clock=clock)
    yield identity
    if isinstance(identity, Unread):
        return
    # AWS makes the report while the pages of the listing are read.
    refused = None if known.report_stands else request_report(session)
    answer = list_account_surely(session, account_id=account_id, known=known, surroundings=surroundings)
    yield answer
    listing = None if isinstance(answer, Unread) else outline(answer)
    del answer
    report = None
    if not known.report_stands:
        told = refused or fetch_report(session, account_id=account_id, surroundings=surroundings)
        yield told
        report = None if isinstance(told, Unread) else told
    yield from _access_keys(session, known=known, listing=listing, report=report, surroundings=surroundings)
    if listing:
        yield from ask_for_missing(session, known=known, listing=listing, surroundings=surroundings)
    names = ClusterNames(session)
    yield from read_pods(session, names, known=known, listing=listing, surroundings=surroundings)
    if listing:
        yield from read_clusters(session, names, known=known, listing=listing, surroundings=surroundings)


def _access_keys(
    session: AwsSession,
    *,
    known: Known,
    listing: Listing | None,
    report: CredentialReport | None,
    surroundings: Surroundings,
) -> Iterator[Piece]:
    """Yield last uses from the report, then the keys of the users who have to be asked."""
    users: tuple[NamedUser, ...] = listing.users if listing else tuple(known.users.values())
    asked = whom_to_ask(users, known=known, report=report, now=surroundings.clock())
    if report:
        asked_ids = {user.unique_id for user in asked}
        others = [user for user in users if user.unique_id not in asked_ids]
        yield reported_uses(others, known=known, report=report)
    # The first ones asked are a sample: where AWS denies them all, it will deny the rest.
    asked.sort(key=lambda user: in_random_order(user.unique_id))
    yield from KeyReader(session, known, report, surroundings).read_all(asked)
