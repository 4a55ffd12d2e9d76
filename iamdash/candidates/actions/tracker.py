"""Link the issue or pull request in which the work on a candidate is tracked."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.address import checked_address
from iamdash.candidates.actions.change import Line, locked, require, tell
from iamdash.candidates.actions.errors import Refused
from iamdash.models import AccessLevel, Candidate, Person, TrackerLink


@transaction.atomic
def link_tracker(*, candidate: Candidate, url: str, by: Person, now: datetime) -> TrackerLink:
    """Link an https address of an issue or a pull request. Return the link; linking it again changes nothing.

    Raises NotPermitted, and Refused where the address is not one that can be linked.
    """
    require(by, AccessLevel.ENGINEER, "link an issue or a pull request")
    fresh = locked(candidate)
    address = checked_address(url)
    standing_link = fresh.tracker_links.filter(url=address, removed_at=None).first()
    if standing_link:
        return standing_link
    link = TrackerLink.objects.create(candidate=fresh, url=address, linked_at=now, linked_by=by)
    tell(Line(fresh, "candidate.tracker_linked", f"{by} linked {address}", after={"url": address}), by=by, now=now)
    return link


@transaction.atomic
def remove_tracker(*, candidate: Candidate, tracker_link: TrackerLink, by: Person, now: datetime) -> None:
    """Take a link to an issue or a pull request away. Doing it again changes nothing.

    Raises NotPermitted, and Refused where the link belongs to another candidate.
    """
    require(by, AccessLevel.ENGINEER, "remove a link")
    fresh = locked(candidate)
    link = fresh.tracker_links.filter(pk=tracker_link.pk).first()
    if link is None:
        raise Refused("That link does not belong to this candidate.")
    if link.removed_at:
        return
    link.removed_at = now
    link.save(update_fields=["removed_at"])
    line = Line(fresh, "candidate.tracker_removed", f"{by} removed the link {link.url}", before={"url": link.url})
    tell(line, by=by, now=now)
