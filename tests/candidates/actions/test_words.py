"""Route, replacement roles, tracker links, due date and notes: what people say about one candidate."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from iamdash.candidates import actions
from iamdash.models import Candidate, Event, Note, Replacement, Standing, TrackerLink
from iamdash.rules.route import Route
from iamdash.standing.check import differences
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, make_aws_account, make_candidate, make_iam_role

URL = "https://tracker.example.org/issues/12"
LATER = NOW + timedelta(hours=1)


def journal() -> list[tuple[str, str]]:
    return list(Event.objects.exclude(actor="sync").order_by("pk").values_list("kind", "sentence"))


# Route ---------------------------------------------------------------------------------------------------------------


def test_a_route_says_who_chose_it_and_when(candidate: Candidate, people: SimpleNamespace) -> None:
    actions.choose_route(candidate=candidate, route=Route.IRSA, by=people.ann, now=NOW)
    actions.choose_route(candidate=candidate, route=Route.OIDC, by=people.cat, now=LATER)
    actions.choose_route(candidate=candidate, route=Route.OIDC, by=people.ann, now=LATER)

    candidate.refresh_from_db()
    assert (candidate.route, candidate.route_chosen_at, candidate.route_chosen_by) == ("oidc", LATER, people.cat)
    first, second = Event.objects.filter(kind="candidate.route_chosen").order_by("pk")
    assert (first.before, first.after) == (None, {"route": "irsa"})
    assert (second.before, second.after) == ({"route": "irsa"}, {"route": "oidc"})
    assert second.sentence == "Cat chose the route: OpenID Connect of a CI or cloud."


# Replacement roles ---------------------------------------------------------------------------------------------------


def test_a_role_of_another_account_can_be_linked_and_unlinked(candidate: Candidate, people: SimpleNamespace) -> None:
    iam_role = make_iam_role("uploads", aws_account=make_aws_account("444455556666"))

    link = actions.link_role(candidate=candidate, iam_role=iam_role, by=people.ann, now=NOW)
    actions.unlink_role(candidate=candidate, replacement=link, by=people.cat, now=LATER)
    actions.unlink_role(candidate=candidate, replacement=link, by=people.cat, now=LATER)

    link.refresh_from_db()
    assert (link.linked_at, link.linked_by) == (NOW, people.ann)
    assert (link.unlinked_at, link.unlinked_by) == (LATER, people.cat)
    assert journal() == [
        ("candidate.role_linked", "Ann linked the role uploads in 444455556666 as replacement."),
        ("candidate.role_unlinked", "Cat unlinked the role uploads in 444455556666."),
    ]


def test_linking_a_role_twice_makes_one_link(candidate: Candidate, people: SimpleNamespace) -> None:
    iam_role = make_iam_role()

    first = actions.link_role(candidate=candidate, iam_role=iam_role, by=people.ann, now=NOW)
    second = actions.link_role(candidate=candidate, iam_role=iam_role, by=people.cat, now=LATER)

    assert first == second == Replacement.objects.get()
    assert len(journal()) == 1


def test_an_unlinked_role_can_be_linked_again(candidate: Candidate, people: SimpleNamespace) -> None:
    iam_role = make_iam_role()
    link = actions.link_role(candidate=candidate, iam_role=iam_role, by=people.ann, now=NOW)
    actions.unlink_role(candidate=candidate, replacement=link, by=people.ann, now=NOW)

    again = actions.link_role(candidate=candidate, iam_role=iam_role, by=people.ann, now=LATER)

    assert again != link
    assert Replacement.objects.count() == 2


def test_one_role_may_replace_several_users_and_each_is_assessed_anew(people: SimpleNamespace) -> None:
    one, other, iam_role = assessed(make_candidate()), assessed(make_candidate()), make_iam_role()

    for candidate in (one, other):
        actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)
        actions.choose_route(candidate=candidate, route=Route.POD_IDENTITY, by=people.ann, now=NOW)
        actions.link_role(candidate=candidate, iam_role=iam_role, by=people.ann, now=NOW)

    assert Replacement.objects.filter(iam_role=iam_role, unlinked_at=None).count() == 2
    assert list(differences(NOW)) == []
    actions.unlink_role(candidate=one, replacement=one.replacements.get(), by=people.ann, now=NOW)
    assert list(differences(NOW)) == []


def test_a_role_that_is_gone_cannot_be_linked(candidate: Candidate, people: SimpleNamespace) -> None:
    iam_role = make_iam_role("former", gone_at=NOW)

    with pytest.raises(actions.Refused, match="The role former in 111122223333 is gone from AWS"):
        actions.link_role(candidate=candidate, iam_role=iam_role, by=people.ann, now=NOW)


def test_a_link_of_another_candidate_cannot_be_taken_away(candidate: Candidate, people: SimpleNamespace) -> None:
    other = assessed(make_candidate())
    role_link = actions.link_role(candidate=other, iam_role=make_iam_role(), by=people.ann, now=NOW)
    tracker_link = actions.link_tracker(candidate=other, url=URL, by=people.ann, now=NOW)

    with pytest.raises(actions.Refused, match="not linked to this candidate"):
        actions.unlink_role(candidate=candidate, replacement=role_link, by=people.ann, now=NOW)
    with pytest.raises(actions.Refused, match="does not belong to this candidate"):
        actions.remove_tracker(candidate=candidate, tracker_link=tracker_link, by=people.ann, now=NOW)


# Tracker links -------------------------------------------------------------------------------------------------------


def test_an_issue_is_linked_once_and_removed_once(candidate: Candidate, people: SimpleNamespace) -> None:
    link = actions.link_tracker(candidate=candidate, url=f"  {URL}\n", by=people.ann, now=NOW)
    assert actions.link_tracker(candidate=candidate, url=URL, by=people.cat, now=NOW) == link
    actions.remove_tracker(candidate=candidate, tracker_link=link, by=people.cat, now=LATER)
    actions.remove_tracker(candidate=candidate, tracker_link=link, by=people.cat, now=LATER)

    assert TrackerLink.objects.get().removed_at == LATER
    assert journal() == [
        ("candidate.tracker_linked", f"Ann linked {URL}"),
        ("candidate.tracker_removed", f"Cat removed the link {URL}"),
    ]


def test_the_journal_keeps_a_long_address_whole(candidate: Candidate, people: SimpleNamespace) -> None:
    url = "https://tracker.example.org/" + "a" * (2000 - 28)

    actions.link_tracker(candidate=candidate, url=url, by=people.ann, now=NOW)

    event = Event.objects.get(kind="candidate.tracker_linked")
    assert event.after == {"url": url}
    assert len(event.sentence) == 500
    assert event.sentence.endswith("a…")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "Give the whole address"),
        ("tracker.example.org/12", "Give the whole address"),
        ("http://tracker.example.org/12", "Give the whole address, such as https://"),
        ("javascript:alert(1)", "Give the whole address"),
        ("https://", "Give the whole address"),
        ("https://[::1", "Give the whole address"),
        ("https://example.org/a b", "Give the whole address"),
        ("https://example.org/\x00", "Give the whole address"),
        ("https://ann:secret@example.org/12", "user name or password before the @"),
        ("https://example.org/" + "a" * 2000, "2,020 characters. Use one with at most 2,000"),
    ],
)
def test_what_cannot_be_followed_safely_is_not_linked(
    url: str, reason: str, candidate: Candidate, people: SimpleNamespace
) -> None:
    with pytest.raises(actions.Refused) as refused:
        actions.link_tracker(candidate=candidate, url=url, by=people.ann, now=NOW)

    assert reason in refused.value.sentence
    assert not TrackerLink.objects.exists()


# Due date ------------------------------------------------------------------------------------------------------------


def test_a_due_date_is_set_moved_and_cleared(candidate: Candidate, people: SimpleNamespace) -> None:
    for due_on in (NOW.date(), date(2026, 9, 30), date(2026, 9, 30), None, None):
        actions.set_due_date(candidate=candidate, due_on=due_on, by=people.ann, now=NOW)

    candidate.refresh_from_db()
    assert candidate.due_on is None
    assert journal() == [
        ("candidate.due_date_set", "Ann set the due date to 1 Jun 2026."),
        ("candidate.due_date_set", "Ann set the due date to 30 Sep 2026."),
        ("candidate.due_date_cleared", "Ann cleared the due date."),
    ]


def test_a_due_date_in_the_past_is_refused(candidate: Candidate, people: SimpleNamespace) -> None:
    with pytest.raises(actions.Refused, match="31 May 2026 is in the past"):
        actions.set_due_date(candidate=candidate, due_on=date(2026, 5, 31), by=people.ann, now=NOW)


def test_today_is_the_day_where_the_organisation_is(candidate: Candidate, people: SimpleNamespace) -> None:
    shortly_before_midnight_utc = datetime(2026, 6, 1, 23, 30, tzinfo=ZoneInfo("UTC"))

    with timezone.override(ZoneInfo("Europe/Paris")), pytest.raises(actions.Refused, match="1 Jun 2026 is in the past"):
        actions.set_due_date(
            candidate=candidate, due_on=date(2026, 6, 1), by=people.ann, now=shortly_before_midnight_utc
        )


# Notes ---------------------------------------------------------------------------------------------------------------


def test_a_note_keeps_its_lines(candidate: Candidate, people: SimpleNamespace) -> None:
    note = actions.write_note(candidate=candidate, body=" asked the vendor\r\nno answer yet\n", by=people.ann, now=NOW)

    assert (note.body, note.written_at, note.written_by) == ("asked the vendor\nno answer yet", NOW, people.ann)
    event = Event.objects.get(kind="candidate.note_written")
    assert (event.sentence, event.after) == ("Ann wrote a note.", {"note": note.pk})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "The note is empty"),
        (" \n\t", "The note is empty"),
        ("a" * 10_001, "The note has 10,001 characters. Shorten it to 10,000"),
        ("a\x00b", "cannot be stored"),
        ("a\ud800b", "cannot be stored"),
    ],
)
def test_a_note_that_cannot_be_kept_is_refused(
    body: str, reason: str, candidate: Candidate, people: SimpleNamespace
) -> None:
    with pytest.raises(actions.Refused) as refused:
        actions.write_note(candidate=candidate, body=body, by=people.ann, now=NOW)

    assert reason in refused.value.sentence
    assert not Note.objects.exists()


def test_a_name_with_braces_does_not_break_the_stored_answer(candidate: Candidate, people: SimpleNamespace) -> None:
    people.ann.full_name = "Ann {braces}"
    people.ann.save()

    actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    assert Standing.objects.get(candidate=candidate).stage == 2
