"""Two at once, on connections of their own: each sees what the other did, and nobody waits for ever."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from threading import Event as Flag
from typing import TypeVar

import pytest
from django.db import connection, transaction

from iamdash.candidates import actions
from iamdash.candidates.actions import bulk
from iamdash.models import (
    AccessKey,
    AccessLevel,
    Candidate,
    Claim,
    Event,
    IamRole,
    Person,
    Replacement,
    Standing,
    Workload,
)
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, make_candidate, make_iam_role, make_iam_user, make_person, make_replacement, make_team

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """Do all of them in threads that start together; return what each returned."""
    together = Barrier(len(deeds), timeout=30)

    def do(deed: Callable[[], T]) -> T:
        try:
            connection.ensure_connection()
            together.wait()
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_of_two_who_claim_at_once_one_wins_and_the_other_hears_who() -> None:
    candidate, team = assessed(make_candidate()), make_team()
    ann, ben = make_person("ann@example.org", teams=(team,)), make_person("ben@example.org", teams=(team,))

    def try_to_claim(person: Person) -> Claim | actions.AlreadyClaimed:
        try:
            return actions.claim(candidate=candidate, team=team, by=person, now=NOW)
        except actions.AlreadyClaimed as refused:
            return refused

    answers = at_once(lambda: try_to_claim(ann), lambda: try_to_claim(ben))

    won = [answer for answer in answers if isinstance(answer, Claim)]
    lost = [answer for answer in answers if isinstance(answer, actions.AlreadyClaimed)]
    assert (len(won), len(lost)) == (1, 1)
    assert lost[0].claim == won[0] == Claim.objects.get()
    assert Event.objects.filter(kind="candidate.claimed").count() == 1
    assert list(differences(NOW)) == []


def test_of_two_who_claim_many_at_once_each_gets_what_the_other_did_not() -> None:
    numbers = [assessed(make_candidate()).pk for _ in range(6)]
    team, role = make_team(), make_iam_role()
    for number in numbers:
        make_replacement(Candidate.objects.get(pk=number), role)
    ann, ben = make_person("ann@example.org", teams=(team,)), make_person("ben@example.org", teams=(team,))

    anns, bens = at_once(
        lambda: bulk.claim(numbers=numbers[:5], team=team, by=ann, now=NOW),
        lambda: bulk.claim(numbers=numbers[:0:-1], team=team, by=ben, now=NOW),
    )

    assert sorted([*anns.done, *bens.done]) == numbers
    assert {*anns.left, *bens.left} == {("already claimed by Platform", 4)}
    assert Event.objects.filter(kind="candidate.claimed").count() == 6
    assert list(differences(NOW)) == []


def test_of_a_claim_of_many_and_one_of_one_nobody_waits_for_ever() -> None:
    numbers = [assessed(make_candidate()).pk for _ in range(4)]
    team, role = make_team(), make_iam_role()
    for number in numbers:
        make_replacement(Candidate.objects.get(pk=number), role)
    ann, ben = make_person("ann@example.org", teams=(team,)), make_person("ben@example.org", teams=(team,))

    def one_by_one() -> int:
        won = 0
        for number in reversed(numbers):
            try:
                actions.claim(candidate=Candidate.objects.get(pk=number), team=team, by=ben, now=NOW)
                won += 1
            except actions.AlreadyClaimed:
                pass
        return won

    anns, bens = at_once(lambda: len(bulk.claim(numbers=numbers, team=team, by=ann, now=NOW).done), one_by_one)

    assert anns + bens == Claim.objects.filter(ended_at=None).count() == 4
    assert list(differences(NOW)) == []


def test_of_an_acceptance_and_a_withdrawal_at_once_one_wins() -> None:
    candidate, team = assessed(make_candidate()), make_team()
    ann, ben = make_person("ann@example.org", teams=(team,)), make_person("ben@example.org", teams=(team,))
    actions.claim(candidate=candidate, team=team, by=ann, now=NOW)
    actions.hand_over(candidate=candidate, team=team, person=ben, by=ann, now=NOW)

    def tried(deed: Callable[..., object], by: Person) -> bool:
        try:
            deed(candidate=candidate, by=by, now=NOW)
        except actions.Refused:
            return False
        return True

    accepted, withdrawn = at_once(lambda: tried(actions.accept_offer, ben), lambda: tried(actions.withdraw_offer, ann))

    claim = Claim.objects.get(ended_at=None)
    assert accepted is not withdrawn
    assert (claim.person, claim.offered_person) == (ben if accepted else ann, None)


def test_of_an_approval_and_a_withdrawal_at_once_only_one_happens() -> None:
    candidate, ann, lea = assessed(make_candidate()), make_person(), make_person(access_level=AccessLevel.LEAD)
    grant = actions.ask_exception(
        candidate=candidate, reason="A vendor.", expires_on=date(2026, 7, 1), review_url="", by=ann, now=NOW
    )

    def approve() -> str:
        try:
            actions.approve_exception(candidate=candidate, exception=grant, by=lea, now=NOW)
        except actions.Refused as refused:
            return refused.sentence
        return "approved"

    said, _ = at_once(
        approve, lambda: str(actions.end_exception(candidate=candidate, exception=grant, by=ann, now=NOW))
    )

    grant.refresh_from_db()
    # Whichever came first: a request that was withdrawn is not approved, one that was approved is ended after that.
    assert (said == "approved") is (grant.how_ended == "ended")
    assert (grant.approved_at is None) is (grant.how_ended == "withdrawn")
    assert Standing.objects.get().is_open
    assert list(differences(NOW)) == []


def test_two_clicks_of_one_person_make_one_claim() -> None:
    candidate, team = assessed(make_candidate()), make_team()
    ann = make_person(teams=(team,))

    first, second = at_once(*[lambda: actions.claim(candidate=candidate, team=team, by=ann, now=NOW)] * 2)

    assert first == second
    assert Event.objects.filter(kind="candidate.claimed").count() == 1


def test_a_claim_beside_a_sync_leaves_an_answer_that_knows_of_both() -> None:
    candidate, team = assessed(make_candidate()), make_team()
    ann = make_person(teams=(team,))

    def sync() -> None:
        with transaction.atomic():
            AccessKey.objects.filter(iam_user=candidate.iam_user_id).update(
                status="Inactive", status_changed_at=NOW, last_used_at=NOW - timedelta(minutes=5)
            )
            assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")

    at_once(sync, lambda: actions.claim(candidate=candidate, team=team, by=ann, now=NOW))

    standing = Standing.objects.get()
    assert (standing.stage, standing.owner_team, standing.active_keys) == (Stage.DEACTIVATED, team, 0)
    assert list(differences(NOW)) == []


def test_changing_roles_that_two_candidates_share_does_not_end_in_a_deadlock() -> None:
    one, other = assessed(make_candidate()), assessed(make_candidate())
    ann, roles = make_person(), (make_iam_role(), make_iam_role())
    for candidate in (one, other):
        for iam_role in roles:
            make_replacement(candidate, iam_role)

    def again_and_again(candidate: Candidate, iam_role: IamRole) -> None:
        for _ in range(10):
            link = actions.link_role(candidate=candidate, iam_role=iam_role, by=ann, now=NOW)
            actions.unlink_role(candidate=candidate, replacement=link, by=ann, now=NOW)

    at_once(lambda: again_and_again(one, roles[0]), lambda: again_and_again(other, roles[1]))

    assert Replacement.objects.filter(unlinked_at=None).count() == 2
    assert list(differences(NOW)) == []


def test_of_two_who_link_one_role_at_once_each_is_judged_as_sharing_it() -> None:
    chosen = {"route": Route.POD_IDENTITY, "route_chosen_at": NOW, "route_chosen_by": make_person()}
    one, other = assessed(make_candidate(**chosen)), assessed(make_candidate(**chosen))
    ann, iam_role, is_linked = make_person(), make_iam_role(last_used_at=NOW + timedelta(hours=1)), Flag()

    def link_and_linger() -> None:
        with transaction.atomic():
            actions.link_role(candidate=one, iam_role=iam_role, by=ann, now=NOW)
            is_linked.set()
            time.sleep(0.5)  # long enough for the other to link it too, if nothing held them back

    def link_too() -> None:
        is_linked.wait(10)
        actions.link_role(candidate=other, iam_role=iam_role, by=ann, now=NOW)

    at_once(link_and_linger, link_too)

    assert Replacement.objects.count() == 2
    assert list(differences(NOW)) == []


def test_what_people_say_of_two_candidates_that_share_a_role_does_not_end_in_a_deadlock() -> None:
    one, other = assessed(make_candidate()), assessed(make_candidate())
    ann, iam_role = make_person(), make_iam_role()
    for candidate in (one, other):
        make_replacement(candidate, iam_role)

    def again_and_again(candidate: Candidate) -> None:
        for route in [Route.IRSA, Route.POD_IDENTITY] * 10:
            actions.choose_route(candidate=candidate, route=route, by=ann, now=NOW)

    at_once(lambda: again_and_again(one), lambda: again_and_again(other))

    assert list(differences(NOW)) == []


def test_of_two_who_merge_two_workloads_into_each_other_one_hears_that_it_was_done() -> None:
    first, second = (
        Workload.objects.get(candidates=assessed(make_candidate(make_iam_user(name)))) for name in ("mailer", "sender")
    )
    ann, ben = make_person("ann@example.org"), make_person("ben@example.org")

    def try_to_merge(into: Workload, other: Workload, by: Person) -> str:
        try:
            actions.workload.merge(workload=into, other=other, by=by, now=NOW)
        except actions.Refused as refused:
            return refused.sentence
        return "merged"

    answers = at_once(lambda: try_to_merge(first, second, ann), lambda: try_to_merge(second, first, ben))

    assert sorted(answers) == ["Somebody has merged it into another workload meanwhile. Look at that one.", "merged"]
    assert Workload.objects.filter(merged_into=None).count() == 1
