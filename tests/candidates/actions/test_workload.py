"""Merge, split and rename: corrections that last, are told in the journal, and can be taken back by each other."""

from types import SimpleNamespace

import pytest

from iamdash.candidates import actions
from iamdash.models import AccessLevel, Candidate, Event, Person, Programme, Workload
from iamdash.standing.assess import Cause
from iamdash.standing.check import differences
from iamdash.standing.everybody import assess_everybody
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, make_access_key, make_aws_account, make_candidate, make_iam_user, make_person


def candidate_named(user_name: str, account_id: str = "111122223333") -> Candidate:
    iam_user = make_iam_user(user_name, aws_account=make_aws_account(account_id))
    make_access_key(iam_user)
    return again(assessed(make_candidate(iam_user)))


def again(candidate: Candidate) -> Candidate:
    return Candidate.objects.select_related("workload").get(pk=candidate.pk)


def workload_of(candidate: Candidate) -> Workload:
    workload = again(candidate).workload
    assert workload is not None
    return workload


@pytest.fixture
def uploader(people: SimpleNamespace) -> list[Candidate]:
    return [candidate_named(f"svc-{word}-uploader") for word in ("dev", "staging", "production")]


@pytest.fixture
def sender(people: SimpleNamespace) -> Candidate:
    return candidate_named("svc-production-sender")


def merge(into: Candidate, other: Candidate, by: Person) -> None:
    actions.workload.merge(workload=workload_of(into), other=workload_of(other), by=by, now=NOW)


def split(candidates: list[Candidate], name: str, by: Person) -> Workload:
    numbers = [candidate.pk for candidate in candidates]
    return actions.workload.split(workload=workload_of(candidates[0]), numbers=numbers, name=name, by=by, now=NOW)


def test_a_merge_moves_every_candidate_and_tells_each(
    people: SimpleNamespace, uploader: list[Candidate], sender: Candidate
) -> None:
    before = workload_of(sender)

    merge(uploader[0], sender, people.ann)

    assert workload_of(sender) == workload_of(uploader[0])
    before.refresh_from_db()
    assert before.merged_into == workload_of(sender)
    [line] = Event.objects.filter(kind="candidate.workload_merged")
    assert line.sentence == "Ann merged the workload svc-sender into svc-uploader."
    assert (line.candidate_number, line.actor) == (sender.pk, "ann@example.org")
    assert list(differences(NOW)) == []


def test_what_comes_up_later_follows_the_merge_also_of_what_was_merged_before(
    people: SimpleNamespace, uploader: list[Candidate], sender: Candidate
) -> None:
    reader = candidate_named("svc-production-reader")
    merge(sender, reader, people.ann)
    merge(uploader[0], sender, people.ann)

    later = candidate_named("svc-staging-reader")

    assert workload_of(later) == workload_of(uploader[0])


def test_a_split_makes_a_workload_of_its_own_and_a_merge_takes_it_back(
    people: SimpleNamespace, uploader: list[Candidate]
) -> None:
    before = workload_of(uploader[0])

    made = split(uploader[:2], "Trials", people.ann)

    assert [str(workload_of(each)) for each in uploader] == ["Trials", "Trials", "svc-uploader"]
    assert Event.objects.filter(kind="candidate.workload_split").count() == 2
    actions.workload.merge(workload=before, other=made, by=people.ann, now=NOW)
    assert {workload_of(each) for each in uploader} == {before}


def test_corrections_outlast_other_words_of_the_config(
    people: SimpleNamespace, uploader: list[Candidate], sender: Candidate
) -> None:
    merge(uploader[0], sender, people.ann)
    split(uploader[2:], "Ours", people.ann)
    before = [workload_of(each) for each in (*uploader, sender)]
    Programme.objects.update_or_create(pk=1, defaults={"environments": [["sender"], ["uploader"]]})

    assess_everybody(now=NOW, cause=Cause.PEOPLE, actor="load_config")

    assert [workload_of(each) for each in (*uploader, sender)] == before


def test_a_renamed_workload_keeps_its_name_and_is_found_by_it(
    people: SimpleNamespace, uploader: list[Candidate]
) -> None:
    actions.workload.rename(workload=workload_of(uploader[0]), name=" Photo  uploads ", by=people.ann, now=NOW)

    later = candidate_named("svc-uploader", "222233334444")
    assert str(workload_of(later)) == "Photo uploads"
    assert "photo uploads" in later.standing.entry.words
    assert Event.objects.filter(kind="candidate.workload_renamed").count() == 3
    assert list(differences(NOW)) == []


def test_the_same_name_once_more_changes_nothing(people: SimpleNamespace, uploader: list[Candidate]) -> None:
    actions.workload.rename(workload=workload_of(uploader[0]), name="svc-uploader", by=people.ann, now=NOW)

    assert not workload_of(uploader[0]).by_hand
    assert not Event.objects.filter(kind="candidate.workload_renamed").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("  ", "Give it a name."), ("a" * 121, "Shorten it to 120."), ("a\0b", "cannot be stored")]
)
def test_a_name_that_is_none_is_refused(
    people: SimpleNamespace, uploader: list[Candidate], name: str, words: str
) -> None:
    with pytest.raises(actions.Refused, match=words):
        actions.workload.rename(workload=workload_of(uploader[0]), name=name, by=people.ann, now=NOW)
    with pytest.raises(actions.Refused, match=words):
        split(uploader[:1], name, people.ann)


def test_a_split_of_none_of_all_or_of_others_is_refused(
    people: SimpleNamespace, uploader: list[Candidate], sender: Candidate
) -> None:
    workload = workload_of(uploader[0])
    all_of_them = [each.pk for each in uploader]

    for numbers, words in (([], "Tick"), (all_of_them, "all of its"), ([sender.pk], "no longer part")):
        with pytest.raises(actions.Refused, match=words):
            actions.workload.split(workload=workload, numbers=numbers, name="Other", by=people.ann, now=NOW)

    assert Workload.objects.count() == 2


def test_what_somebody_has_merged_meanwhile_is_refused(
    people: SimpleNamespace, uploader: list[Candidate], sender: Candidate
) -> None:
    seen = workload_of(sender)
    merge(uploader[0], sender, people.ann)

    with pytest.raises(actions.Refused, match="merged it into another"):
        actions.workload.rename(workload=seen, name="Other", by=people.ben, now=NOW)
    with pytest.raises(actions.Refused, match="merged it into another"):
        actions.workload.merge(workload=workload_of(uploader[0]), other=seen, by=people.ben, now=NOW)
    with pytest.raises(actions.Refused, match="this workload itself"):
        merge(uploader[0], uploader[1], people.ben)


def test_a_viewer_corrects_nothing(people: SimpleNamespace, uploader: list[Candidate], sender: Candidate) -> None:
    viewer = make_person(access_level=AccessLevel.VIEWER)

    with pytest.raises(actions.NotPermitted):
        merge(uploader[0], sender, viewer)
    with pytest.raises(actions.NotPermitted):
        split(uploader[:1], "Other", viewer)
    with pytest.raises(actions.NotPermitted):
        actions.workload.rename(workload=workload_of(sender), name="Other", by=viewer, now=NOW)
