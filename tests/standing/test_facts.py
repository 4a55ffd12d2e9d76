from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamdash import models
from iamdash.aws import snapshot
from iamdash.models import AccessKeyUse, OtherCredential, PodIdentityAssociation, RoleUse
from iamdash.rules.facts import CredentialFacts, CredentialKind, PolicyFacts
from iamdash.rules.route import Route
from iamdash.standing.assess import Cause, assess
from iamdash.standing.facts import facts_of
from tests.factories import (
    NOW,
    days_ago,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_person,
    make_replacement,
    make_sync_run,
)

pytestmark = pytest.mark.django_db


def make_full_candidate() -> int:
    candidate = make_candidate()
    make_claim(candidate)
    make_replacement(candidate)
    return candidate.iam_user_id


def test_one_candidate_and_fifty_need_the_same_number_of_queries() -> None:
    make_sync_run()
    ids = [make_full_candidate() for _ in range(50)]

    with CaptureQueriesContext(connection) as for_one:
        facts_of(ids[:1])
    with CaptureQueriesContext(connection) as for_fifty:
        found = facts_of(ids)

    assert len(for_fifty) == len(for_one) <= 12
    assert all(each.claim and each.replacements and each.access_keys for each in found.values())


def test_assessing_fifty_takes_as_many_queries_as_assessing_one() -> None:
    ids = [make_full_candidate() for _ in range(51)]

    with CaptureQueriesContext(connection) as for_one:
        assess(ids[:1], now=NOW, cause=Cause.AWS, actor="sync")
    with CaptureQueriesContext(connection) as for_fifty:
        assess(ids[1:], now=NOW, cause=Cause.AWS, actor="sync")

    assert len(for_fifty) == len(for_one)


def test_a_direct_reading_that_agreed_counts_from_the_run_that_made_it() -> None:
    iam_user = make_iam_user(keys_read_at=days_ago(5))
    key = make_access_key(iam_user, last_used_as_of=days_ago(5))
    make_sync_run(
        agreed_directly={iam_user.unique_id: days_ago(1).isoformat()},
        uses_agreed_directly={key.access_key_id: days_ago(2).isoformat()},
    )

    facts = facts_of([iam_user.pk])[iam_user.pk]

    assert facts.keys_as_of == days_ago(1)
    assert facts.access_keys[0].last_used_as_of == days_ago(2)


def test_only_the_newest_finished_run_speaks_for_freshness() -> None:
    iam_user = make_iam_user(keys_read_at=None)
    make_sync_run(
        started_at=days_ago(3), finished_at=days_ago(2), agreed_directly={iam_user.unique_id: days_ago(3).isoformat()}
    )
    make_sync_run(started_at=days_ago(1), finished_at=days_ago(0.9), agreed_directly={})
    make_sync_run(started_at=days_ago(0.1), finished_at=None, outcome="running")

    facts = facts_of([iam_user.pk])[iam_user.pk]

    assert facts.keys_as_of is None
    assert facts.users_as_of == days_ago(0.9)


def test_a_key_that_we_found_inactive_has_been_so_since_we_first_saw_it() -> None:
    iam_user = make_iam_user()
    was = {"status": "Inactive", "status_changed_at": days_ago(900)}
    make_access_key(iam_user, first_seen_at=days_ago(3), **was)

    [found] = facts_of([iam_user.pk])[iam_user.pk].access_keys

    assert found.status_changed_at == days_ago(3)


def test_a_key_that_is_gone_is_no_fact_but_says_when_it_ended() -> None:
    iam_user = make_iam_user()
    make_access_key(iam_user, gone_at=days_ago(3), status="Active")
    make_access_key(iam_user, gone_at=days_ago(2), status="Inactive", status_changed_at=days_ago(30))

    facts = facts_of([iam_user.pk])[iam_user.pk]

    assert facts.access_keys == ()
    assert facts.gone_keys_ended_at == days_ago(3)


def test_a_replacement_comes_with_its_ledger_its_associations_and_its_sharers() -> None:
    candidate, other, former = make_candidate(), make_candidate(), make_candidate()
    iam_role = make_iam_role(aws_account=make_aws_account("444455556666"), last_used_at=days_ago(1))
    link = make_replacement(candidate, iam_role)
    make_replacement(other, iam_role)
    make_replacement(former, iam_role, unlinked_at=days_ago(3), unlinked_by=link.linked_by)
    key = candidate.iam_user.access_keys.get()
    AccessKeyUse.objects.create(access_key=key, last_used_at=days_ago(9), as_of=days_ago(8), source="direct")
    for days in (4, 1):
        RoleUse.objects.create(iam_role=iam_role, last_used_at=days_ago(days), as_of=days_ago(days))
    for service_account, gone_at in (("uploader", None), ("gone", days_ago(1))):
        PodIdentityAssociation.objects.create(
            aws_account=iam_role.aws_account,
            association_id=service_account,
            association_arn=f"arn:aws:eks:eu-west-1:444455556666:podidentityassociation/govuk/{service_account}",
            region="eu-west-1",
            cluster_name="govuk",
            namespace="apps",
            service_account=service_account,
            role_arn=iam_role.arn,
            first_seen_at=days_ago(4),
            gone_at=gone_at,
        )

    facts = facts_of([candidate.iam_user_id])[candidate.iam_user_id]

    replacement = facts.replacements[0]
    assert (facts.route, replacement.shared_with, replacement.linked_by) == (Route.POD_IDENTITY, 1, str(link.linked_by))
    assert (replacement.iam_role.first_used_at, replacement.iam_role.last_used_at) == (days_ago(4), days_ago(1))
    assert [each.service_account for each in replacement.iam_role.associations] == ["uploader"]
    assert [use.at for use in facts.access_keys[0].uses] == [days_ago(9)]


def test_a_role_that_was_unlinked_is_no_replacement() -> None:
    candidate = make_candidate()
    make_replacement(candidate, unlinked_at=days_ago(3), unlinked_by=make_person())

    assert facts_of([candidate.iam_user_id])[candidate.iam_user_id].replacements == ()


def test_an_account_taken_out_of_the_config_is_not_readable() -> None:
    iam_user = make_iam_user(aws_account=make_aws_account("444455556666", removed_at=datetime(2026, 5, 1, tzinfo=UTC)))

    facts = facts_of([iam_user.pk])[iam_user.pk]

    assert not facts.account_readable
    assert "444455556666" not in facts.known_account_ids


def test_a_last_use_that_only_the_report_knows_is_as_old_as_the_report_that_said_so() -> None:
    iam_user = make_iam_user()
    key = make_access_key(iam_user, last_used_source="report", last_used_as_of=days_ago(5))
    make_access_key(iam_user, last_used_at=None, last_used_as_of=None, created_at=days_ago(9))
    make_sync_run(uses_agreed_directly={key.access_key_id: days_ago(1).isoformat()})

    facts = facts_of([iam_user.pk])[iam_user.pk]

    assert [each.last_used_as_of for each in facts.access_keys] == [days_ago(5), None]


def test_policies_groups_and_other_credentials_come_as_they_were_read() -> None:
    read_at = days_ago(2)
    iam_user = make_iam_user(
        path="/service/",
        groups=["developers"],
        attached_policies=[{"name": "ReadOnlyAccess", "arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        inline_policies=[{"name": "mail", "document": {"Statement": []}}, {"name": "odd", "document": None}],
        other_credentials_read={"ssh_public_key": read_at.isoformat(), "mfa_device": read_at.isoformat()},
    )
    held = {"iam_user": iam_user, "kind": "ssh_public_key", "status": "Inactive", "first_seen_at": read_at}
    OtherCredential.objects.create(credential_id="APKAOLD", status_changed_at=days_ago(900), **held)
    OtherCredential.objects.create(credential_id="APKAGONE", status_changed_at=read_at, gone_at=read_at, **held)

    facts = facts_of([iam_user.pk])[iam_user.pk]

    assert (facts.path, facts.groups) == ("/service/", ("developers",))
    assert facts.policies == (
        PolicyFacts("ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        PolicyFacts("mail", document={"Statement": []}),
        PolicyFacts("odd"),
    )
    assert facts.other_credentials == (
        CredentialFacts(CredentialKind.SSH_PUBLIC_KEY, "APKAOLD", "Inactive", status_since=read_at),
    )
    assert facts.other_credentials_read == {
        CredentialKind.SSH_PUBLIC_KEY: read_at,
        CredentialKind.MFA_DEVICE: read_at,
    }


def test_the_rules_the_collector_and_the_tables_name_credentials_alike() -> None:
    kinds = {kind.value for kind in CredentialKind}

    assert kinds == {kind.value for kind in snapshot.CredentialKind} == set(models.CredentialKind.values)
