"""What Postgres would know after a run, so that a test can begin the next one."""

from collections.abc import Iterable
from dataclasses import replace

from iamdash.aws.snapshot import (
    Clusters,
    CredentialReport,
    KeysOfUser,
    Known,
    KnownUser,
    Listing,
    Piece,
    PodIdentities,
    Unread,
)


def known_after(pieces: Iterable[Piece], before: Known) -> Known:
    """Return `before` with what these pieces told."""
    users, report = dict(before.users), None
    for piece in pieces:
        match piece:
            case Listing():
                users |= {listed.unique_id: _known(listed, users.get(listed.unique_id)) for listed in piece.users}
            case CredentialReport():
                report = piece
            case KeysOfUser():
                users[piece.unique_id] = _asked(users[piece.unique_id], piece, report)
            case Unread(subject=subject) if subject in users:
                users[subject] = replace(users[subject], ask_failed=True)
            case PodIdentities():
                before = replace(before, association_ids=piece.listed_ids, pods_read_at=piece.read_at)
            case Clusters():
                found = {(cluster.region, cluster.name) for cluster in piece.described}
                before = replace(before, clusters=before.clusters | found, clusters_read_at=piece.read_at)
            case _:
                pass
    return replace(before, users=users)


def _known(listed: object, before: KnownUser | None) -> KnownUser:
    blank = KnownUser("", "", "", listed.created_at, None, None, False, (), False)  # type: ignore[attr-defined]
    names = ("unique_id", "user_name", "arn", "created_at")
    return replace(before or blank, **{name: getattr(listed, name) for name in names})


def _asked(user: KnownUser, answer: KeysOfUser, report: CredentialReport | None) -> KnownUser:
    row = report.rows.get(user.user_name) if report else None
    return replace(
        user,
        slots_seen=tuple(sorted((slot.created_at, slot.active) for slot in row.slots)) if row else None,
        asked_at=answer.read_at,
        ask_failed=False,
        access_keys=tuple((key.access_key_id, key.created_at, key.status) for key in answer.keys),
    )
