"""What the page of a candidate advises: what it looks like, its risk, routes that fit, what blocks its deletion."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.models import Candidate, OtherCredential, Person
from iamdash.rules.route import Route
from iamdash.standing.assess import Cause, assess
from tests.factories import (
    days_ago,
    make_access_key,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_person,
    make_sync_run,
    make_team,
)
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db
PREFLIGHT = "Before the user can be deleted"


@pytest.fixture
def ann() -> Person:
    return make_person("ann@example.org", full_name="Ann Abel", teams=(make_team(),))


def shown(client: Client, person: Person, candidate: Candidate) -> str:
    """The page of a candidate, in words, as its answer is now."""
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")
    client.force_login(person)
    page = client.get(f"/candidates/{candidate.pk}/").content.decode()
    assert problems_of(page) == []
    return " ".join(unescape(page).replace("<wbr>", "").split())


def a_deactivated_candidate(ann: Person, *, days: float, **columns: Any) -> Candidate:
    """A claimed candidate whose only key has been Inactive for so many days."""
    now = timezone.now()
    since = now - timedelta(days=days)
    iam_user = make_iam_user("uploads", **{"keys_read_at": now} | columns)
    make_access_key(
        iam_user,
        status="Inactive",
        status_changed_at=since,
        first_seen_at=since,
        last_used_at=since - timedelta(days=100),
        last_used_as_of=now,
    )
    make_sync_run(iam_user.aws_account, finished_at=timezone.now())
    candidate = make_candidate(
        iam_user, route=Route.JUST_DELETE, route_chosen_at=days_ago(50), route_chosen_by=ann, cadence="weekly"
    )
    make_claim(candidate, person=ann)
    return candidate


# The preflight -------------------------------------------------------------------------------------------------------


def test_the_preflight_is_shown_from_deactivated_on_and_not_before(client: Client, ann: Person) -> None:
    active = make_candidate()

    assert PREFLIGHT not in shown(client, ann, active)
    assert PREFLIGHT in shown(client, ann, a_deactivated_candidate(ann, days=2))


def test_what_nobody_has_read_is_not_known_on_the_page(client: Client, ann: Person) -> None:
    page = shown(client, ann, a_deactivated_candidate(ann, days=2))

    assert "<p>1 of 9 left, 5 not known</p>" in page
    assert "“Check AWS now” reads it" in page
    assert "iam:ListServiceSpecificCredentials" in page


def test_during_the_soak_the_page_offers_no_command_that_deletes(client: Client, ann: Person) -> None:
    page = shown(client, ann, a_deactivated_candidate(ann, days=2, groups=["developers"]))

    assert "developers" in page
    assert "aws iam delete-" not in page
    assert "aws iam remove-user-from-group" not in page


def test_after_the_soak_each_blocker_has_its_command(client: Client, ann: Person) -> None:
    read_at = timezone.now().isoformat()
    candidate = a_deactivated_candidate(
        ann,
        days=500,
        groups=["developers"],
        inline_policies=[{"name": "own", "document": None}],
        other_credentials_read={"mfa_device": read_at, "login_profile": read_at, "ssh_public_key": read_at},
    )
    held = {"iam_user": candidate.iam_user, "status_changed_at": days_ago(9), "first_seen_at": days_ago(9)}
    OtherCredential.objects.create(kind="login_profile", **held)
    OtherCredential.objects.create(kind="ssh_public_key", credential_id="APKAEXAMPLE", status="Active", **held)

    page = shown(client, ann, candidate)

    for action in ("delete-login-profile", "update-ssh-public-key", "delete-user-policy", "remove-user-from-group"):
        assert f"aws iam {action} --user-name uploads" in page


def test_a_user_that_is_proved_gone_once_needs_no_preflight(client: Client, ann: Person) -> None:
    assert PREFLIGHT not in shown(client, ann, a_deactivated_candidate(ann, days=30, gone_at=days_ago(1)))


# What it looks like --------------------------------------------------------------------------------------------------


def test_a_special_case_is_explained_with_its_signs_and_the_page_of_aws(client: Client, ann: Person) -> None:
    iam_user = make_iam_user("ses-smtp-user.20210304-101112")
    make_access_key(iam_user)

    page = shown(client, ann, make_candidate(iam_user))

    assert "<strong>Like an SMTP user of Amazon SES</strong>" in page
    assert "Because its name is ses-smtp-user.20210304-101112." in page
    assert 'href="https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"' in page


def test_a_person_is_recognised_with_the_reason(client: Client, ann: Person) -> None:
    iam_user = make_iam_user("jon.harrison-cli", password_enabled=True, console_as_of=days_ago(1))
    make_access_key(iam_user)

    page = shown(client, ann, make_candidate(iam_user))

    assert "<strong>Probably a person's</strong>" in page
    assert "Its name reads like a person's." in page


# Which route may fit -------------------------------------------------------------------------------------------------


def test_routes_are_suggested_beside_the_form_and_none_is_chosen(client: Client, ann: Person) -> None:
    iam_user = make_iam_user("fastly-logs")
    make_access_key(iam_user)
    make_iam_role("fastly-logs-writer", aws_account=iam_user.aws_account)
    candidate = make_candidate(iam_user)
    make_claim(candidate, person=ann)

    page = shown(client, ann, candidate)

    reason = "because the role fastly-logs-writer is named alike, and pods.eks.amazonaws.com may take it."
    assert f"<strong>EKS Pod Identity</strong>, {reason}" in page
    assert '<option value="" selected>Choose …</option>' in page
    assert Candidate.objects.get().route == ""


# Risk ----------------------------------------------------------------------------------------------------------------


def test_the_risk_is_shown_with_every_factor(client: Client, ann: Person) -> None:
    iam_user = make_iam_user(groups=["developers"])
    make_access_key(iam_user, created_at=days_ago(900), last_used_at=timezone.now())

    page = shown(client, ann, make_candidate(iam_user))

    assert '<span class="tag amber">High risk</span>' in page
    for factor in ("What its groups allow is not read: developers.", "It is in use", "It has no owner."):
        assert factor in page


def test_what_is_gone_has_no_risk(client: Client, ann: Person) -> None:
    iam_user = make_iam_user(gone_at=days_ago(2), gone_confirmed_at=days_ago(1))

    assert 'id="risk-title"' not in shown(client, ann, make_candidate(iam_user))
