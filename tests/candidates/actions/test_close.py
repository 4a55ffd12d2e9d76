from datetime import timedelta
from types import SimpleNamespace

import pytest

from iamdash.candidates import actions
from iamdash.models import Candidate, Event, IamUser, Programme
from iamdash.rules.route import Route
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, make_candidate, make_iam_role, make_iam_user


def missing(candidate: Candidate, people: SimpleNamespace) -> str:
    with pytest.raises(actions.NotGone) as refused:
        actions.close(candidate=candidate, note="", by=people.ann, now=NOW)
    candidate.refresh_from_db()
    assert candidate.closed_at is None
    return refused.value.sentence


def test_what_is_proved_gone_can_be_closed(gone_candidate: Candidate, people: SimpleNamespace) -> None:
    actions.close(candidate=gone_candidate, note=" Replaced by a role. ", by=people.cat, now=NOW)

    gone_candidate.refresh_from_db()
    assert (gone_candidate.closed_at, gone_candidate.closed_by) == (NOW, people.cat)
    assert gone_candidate.close_note == "Replaced by a role."
    event = Event.objects.get(kind="candidate.closed")
    assert event.sentence == "Cat closed old-uploader, which is proved gone from AWS."
    assert list(differences(NOW)) == []


def test_without_any_proof_closing_says_what_to_do(people: SimpleNamespace) -> None:
    candidate = assessed(make_candidate(make_iam_user("uploader")))

    sentence = missing(candidate, people)

    assert sentence == (
        "Nothing proves yet that uploader is gone from AWS. Delete it there; then sync example-1111: "
        "that brings the first of two proofs."
    )


def test_with_one_proof_closing_says_when_the_second_can_come(people: SimpleNamespace) -> None:
    Programme.objects.create(pk=1, gone_confirm_minutes=45)
    candidate = assessed(make_candidate(make_iam_user("uploader", gone_at=NOW - timedelta(minutes=10))))

    sentence = missing(candidate, people)

    assert sentence == (
        "uploader was found gone once, on 1 Jun 2026, 11:50. The second proof is missing: "
        "sync example-1111 again, on 1 Jun 2026, 12:35 at the earliest."
    )


def test_in_an_account_that_is_no_longer_read_nothing_can_be_proved(people: SimpleNamespace) -> None:
    iam_user = make_iam_user("uploader")
    iam_user.aws_account.removed_at = NOW
    iam_user.aws_account.save()

    sentence = missing(assessed(make_candidate(iam_user)), people)

    assert sentence == (
        "example-1111 is no longer read, so nothing can prove that uploader is gone. Put it back into iamdash.toml."
    )


def test_what_is_closed_can_only_be_written_about(gone_candidate: Candidate, people: SimpleNamespace) -> None:
    actions.close(candidate=gone_candidate, note="", by=people.ann, now=NOW)

    with pytest.raises(actions.Refused, match="was closed by Ann and can no longer be changed"):
        actions.choose_route(candidate=gone_candidate, route=Route.IRSA, by=people.ann, now=NOW)
    with pytest.raises(actions.Refused, match="was closed by Ann"):
        actions.link_role(candidate=gone_candidate, iam_role=make_iam_role(), by=people.ann, now=NOW)
    with pytest.raises(actions.Refused, match="was closed by Ann"):
        actions.close(candidate=gone_candidate, note="", by=people.cat, now=NOW)
    note = actions.write_note(candidate=gone_candidate, body="For the record.", by=people.cat, now=NOW)

    assert note.candidate == gone_candidate


def test_what_aws_shows_again_after_it_was_closed_can_be_worked_on(
    gone_candidate: Candidate, people: SimpleNamespace
) -> None:
    actions.close(candidate=gone_candidate, note="", by=people.ann, now=NOW)
    IamUser.objects.filter(pk=gone_candidate.iam_user_id).update(gone_at=None, gone_confirmed_at=None)
    assess([gone_candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")

    claim = actions.claim(candidate=gone_candidate, team=people.platform, by=people.ann, now=NOW)

    assert claim.ended_at is None
