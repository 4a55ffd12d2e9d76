"""What people do on the page of a candidate: who may, what is wrong, and what happens when somebody was faster."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.candidates import actions
from iamdash.models import Candidate, Claim, IamUser, Membership, Note
from iamdash.rules.route import Route
from tests.factories import (
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_replacement,
    make_team,
)
from tests.views.candidate.pages import as_, assessed, page_of, standing_claim, told

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "candidate"}


def deeds(candidate: Candidate, people: SimpleNamespace) -> dict[str, dict[str, object]]:
    """Every deed with words that are right."""
    role = make_iam_role()
    return {
        "claim": {"team": people.platform.pk},
        "release": {},
        "hand-over": {"to": f"search/{people.cat.pk}"},
        "route": {"route": Route.POD_IDENTITY.value},
        "roles": {"iam_role": role.pk},
        "due-date": {"due_on": "2099-04-30"},
        "notes": {"body": "Seen by the team."},
        "links": {"url": "https://tracker.example.org/issues/12"},
    }


@pytest.mark.parametrize("name", ["claim", "release", "hand-over", "route", "roles", "due-date", "notes", "links"])
def test_a_viewer_may_do_none_of_it(client: Client, people: SimpleNamespace, claimed: Candidate, name: str) -> None:
    words = deeds(claimed, people)[name]

    answer = as_(client, people.vic).post(f"/candidates/{claimed.pk}/{name}", words)

    assert answer.status_code == 403
    assert standing_claim(claimed).person == people.ann


@pytest.mark.parametrize("name", ["release", "hand-over", "route", "roles", "due-date", "notes", "links"])
def test_an_engineer_of_the_team_may_do_all_of_it_and_returns_to_the_page(
    client: Client, people: SimpleNamespace, claimed: Candidate, name: str
) -> None:
    words = deeds(claimed, people)[name]

    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/{name}", words)

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/candidates/{claimed.pk}/#")
    assert told(answer)


@pytest.mark.parametrize("name", ["release", "hand-over"])
def test_another_teams_claim_is_not_mine_to_move(
    client: Client, people: SimpleNamespace, claimed: Candidate, name: str
) -> None:
    answer = as_(client, people.cat).post(f"/candidates/{claimed.pk}/{name}", deeds(claimed, people)[name])

    assert answer.status_code == 403
    assert standing_claim(claimed).person == people.ann


def test_claiming_makes_it_mine(client: Client, people: SimpleNamespace, candidate: Candidate) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/claim", {"team": "platform"})

    assert answer.status_code == 302
    assert standing_claim(candidate).person == people.ann
    assert "backup-uploader is yours." in client.get(answer["Location"]).content.decode()


def test_the_likely_team_is_chosen_already_and_else_none_of_several(client: Client, people: SimpleNamespace) -> None:
    likely, unknown = make_iam_user("indexer", tags={"team": "search"}), make_iam_user("crawler")
    for iam_user in (likely, unknown):
        make_access_key(iam_user)
        assessed(make_candidate(iam_user))
    Membership.objects.create(person=people.ann, team=people.search)
    client.force_login(people.ann)

    def choice(iam_user: IamUser) -> str:
        page = client.get(f"/candidates/{iam_user.candidate.pk}/").content.decode()
        return page.partition('id="claim-team"')[2].partition("</select>")[0]

    assert '<option value="search" selected>' in choice(likely)
    assert 'value=""' not in choice(likely)
    assert '<option value="" selected>Choose a team</option>' in choice(unknown)


def test_nobody_claims_for_a_team_they_are_not_in(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/claim", {"team": "search"})

    assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_only_a_lead_assigns(client: Client, people: SimpleNamespace, candidate: Candidate) -> None:
    words = {"to": f"search/{people.cat.pk}"}

    by_engineer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/assign", words)
    by_lead = as_(client, people.lea).post(f"/candidates/{candidate.pk}/assign", words)

    assert (by_engineer.status_code, by_lead.status_code) == (403, 302)
    assert standing_claim(candidate).person == people.cat


def test_a_lead_claims_for_any_team_and_hands_over_only_to_whom_can_act(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    make_team("empty", name="Nobody's yet")

    before = page_of(client, people.lea, candidate)
    answer = client.post(f"/candidates/{candidate.pk}/claim", {"team": "empty"})
    after = page_of(client, people.lea, candidate)

    assert "Nobody&#x27;s yet</option>" in before
    assert answer.status_code == 302
    assert "Ann Abel</option>" in after
    assert "Vic Vane</option>" not in after


def test_claiming_what_somebody_just_claimed_says_who_has_it(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    answer = as_(client, people.cat).post(f"/candidates/{claimed.pk}/claim", {"team": "search"})

    assert answer.status_code == 409
    assert "Ann Abel (Platform) claimed it" in answer.content.decode()
    assert standing_claim(claimed).person == people.ann


CHANGED = [
    ("release", {}, "seen", "While you were looking, it went to Cat Cole (Search)"),
    ("route", {"route": "irsa"}, "", "While you were looking, Cat Cole chose EKS Pod Identity"),
    ("due-date", {"due_on": "2099-01-02"}, "", "While you were looking, somebody set it to 1 Jan 2099"),
]


@pytest.mark.parametrize("case", CHANGED, ids=lambda case: case[0])
def test_a_change_while_one_was_looking_is_told_and_not_written_over(
    client: Client, people: SimpleNamespace, claimed: Candidate, case: tuple[str, dict[str, str], str, str]
) -> None:
    name, words, seen, sentence = case
    now = timezone.now()
    seen = str(standing_claim(claimed).pk) if seen else ""
    actions.assign(candidate=claimed, team=people.search, person=people.cat, by=people.lea, now=now)
    actions.choose_route(candidate=claimed, route=Route.POD_IDENTITY, by=people.cat, now=now)
    actions.set_due_date(candidate=claimed, due_on=date(2099, 1, 1), by=people.cat, now=now)

    answer = as_(client, people.lea).post(f"/candidates/{claimed.pk}/{name}", words | {"seen": seen})

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    claimed.refresh_from_db()
    assert (claimed.route, claimed.due_on) == ("pod_identity", date(2099, 1, 1))
    assert standing_claim(claimed).person == people.cat


WRONG = [
    ("claim", {}, "Choose the team that it belongs to."),
    ("route", {"route": "teleport"}, "Choose the way off the key."),
    ("notes", {"body": "  "}, "Write the note first."),
    ("notes", {"body": "a\0b"}, "Null characters"),
    ("notes", {"body": "x" * 10_001}, "at most 10000 characters"),
    ("due-date", {"due_on": "31 February"}, "Give a day that exists"),
    ("due-date", {"due_on": "2001-01-01"}, "in the past"),
    ("links", {"url": "javascript:alert(1)"}, "Give the whole address"),
    ("links", {"url": "not an address"}, "Give the whole address"),
    ("roles", {"iam_role": "x"}, "Choose a role from the list."),
    ("hand-over", {"to": "search/1000000"}, "Choose who will answer for it."),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_wrong_form_comes_back_with_what_is_wrong(
    client: Client,
    people: SimpleNamespace,
    candidate: Candidate,
    case: tuple[str, dict[str, str], str],
    headers: dict[str, str],
) -> None:
    name, words, sentence = case
    if name == "hand-over":
        make_claim(candidate, team=people.platform, person=people.ann)

    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/{name}", words, headers=headers)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "There is a problem" in page or 'id="refusal"' in page
    assert ("<html" in page) is not bool(headers)


def test_a_wrong_field_is_linked_from_the_summary_and_marked(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    page = as_(client, people.ann).post(f"/candidates/{candidate.pk}/notes", {"body": ""}).content.decode()

    assert '<a href="#note-body">Write the note first.</a>' in page
    assert 'aria-invalid="true"' in page


def test_a_role_that_does_not_exist_cannot_be_linked(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/roles", {"iam_role": 10**30})

    assert answer.status_code in {409, 422}


def test_a_linked_role_is_shown_and_can_be_unlinked(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    link = make_replacement(claimed, make_iam_role("backup-uploader-role"), linked_by=people.ann)
    before = page_of(client, people.ann, claimed)

    answer = client.post(f"/candidates/{claimed.pk}/roles/{link.pk}/unlink")

    assert "<li>EKS Pod Identity</li>" in before
    assert answer.status_code == 302
    assert f"/roles/{link.pk}/unlink" not in page_of(client, people.ann, claimed)


@pytest.mark.parametrize("path", ["roles/{}/unlink", "links/{}/remove"])
def test_what_belongs_to_another_candidate_is_refused(
    client: Client, people: SimpleNamespace, claimed: Candidate, gone: Candidate, path: str
) -> None:
    link = make_replacement(claimed, linked_by=people.ann)
    tracker = actions.link_tracker(
        candidate=claimed, url="https://tracker.example.org/1", by=people.ann, now=timezone.now()
    )
    number = link.pk if "roles" in path else tracker.pk

    answer = as_(client, people.ann).post(f"/candidates/{gone.pk}/{path.format(number)}")

    link.refresh_from_db()
    tracker.refresh_from_db()
    assert answer.status_code == 409
    assert (link.unlinked_at, tracker.removed_at) == (None, None)


def test_closing_what_is_not_proved_gone_is_refused_and_says_what_is_missing(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/close", {"note": "done"})

    claimed.refresh_from_db()
    assert answer.status_code == 409
    assert "Nothing proves yet that backup-uploader is gone" in answer.content.decode()
    assert claimed.closed_at is None


def test_closing_is_the_sign_off(client: Client, people: SimpleNamespace, gone: Candidate) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{gone.pk}/close", {"note": "Nobody missed it."})

    page = page_of(client, people.vic, gone)
    assert answer.status_code == 302
    assert "Closed by Ann Abel" in page
    assert "Nobody missed it." in page


def test_htmx_gets_the_page_without_its_frame_and_a_toast(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/notes", {"body": "Hello."}, headers=HTMX)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert 'id="candidate"' in page
    assert "Your note is on the timeline." in page
    assert Note.objects.get().body == "Hello."


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/x"])
def test_a_deed_never_leads_to_another_site(
    client: Client, people: SimpleNamespace, claimed: Candidate, wanted: str
) -> None:
    words = {"body": "Hello.", "next": wanted}

    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/notes", words)

    assert answer["Location"] == f"/candidates/{claimed.pk}/#timeline-title"


def test_a_deed_is_posted_and_never_got(client: Client, people: SimpleNamespace, claimed: Candidate) -> None:
    assert as_(client, people.ann).get(f"/candidates/{claimed.pk}/release").status_code == 405


@pytest.mark.parametrize("typed", ["CDN-LOGS", "arn:aws:iam::444455556666:role/cdn-logs"])
def test_a_role_is_found_by_name_or_arn_in_any_account(
    client: Client, people: SimpleNamespace, claimed: Candidate, typed: str
) -> None:
    make_iam_role("cdn-logs", aws_account=make_aws_account("444455556666", name="example-tools"))

    page = page_of(client, people.ann, claimed, f"?role={typed}")

    assert "<b>cdn-logs</b> in example-tools" in page


@pytest.mark.parametrize("number", [7, 9])
def test_a_search_that_shows_no_more_roles_says_that_these_are_the_first(
    client: Client, people: SimpleNamespace, claimed: Candidate, number: int
) -> None:
    for each in range(number):
        make_iam_role(f"cdn-logs-{each}")

    page = page_of(client, people.ann, claimed, "?role=cdn")

    assert ("The first 8 roles found for" in page) is (number > 8)
    assert ("7 roles found for" in page) is (number == 7)


def test_a_search_by_htmx_brings_only_the_roles(client: Client, people: SimpleNamespace, claimed: Candidate) -> None:
    make_iam_role("cdn-logs")
    headers = {"HX-Request": "true", "HX-Target": "found-roles"}

    page = as_(client, people.ann).get(f"/candidates/{claimed.pk}/?role=cdn%00", headers=headers).content.decode()

    assert "1 role found" in page
    assert "<h1" not in page
