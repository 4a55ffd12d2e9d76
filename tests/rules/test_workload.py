"""What belongs together: names without their environment, in any style, and nothing that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.rules.stage import Stage
from iamdash.rules.workload import USUAL_ENVIRONMENTS, Lane, Place, place_of, progress_of, too_early

SPELLINGS = [spelling for environment in USUAL_ENVIRONMENTS for spelling in environment]
# Words that hold an environment, or a number, and are none.
WORDS = ["uploader", "product", "latest", "devops", "contest", "reproduction", "stages", "s3", "42", "prod2", "api"]


def place(name: str, account_environment: str = "", unique_id: str = "AIDA1") -> Place:
    return place_of(name, unique_id=unique_id, account_environment=account_environment, environments=USUAL_ENVIRONMENTS)


@pytest.mark.parametrize(
    "name",
    [
        "svc-production-uploader",
        "svc-staging-uploader",
        "svc_staging_uploader",
        "svc.stg.uploader",
        "svc@dev@uploader",
        "svc-uploader-prod",
        "PROD-svc-uploader",
        "ProdSvcUploader",
        "svcUploaderPreProd",
        "SvcPROD-uploader",
        "svc-non-prod-uploader",
        "svc-pre-production-uploader",
        "prod-svc-uploader-production",
        "svc-uploader",
    ],
)
def test_one_piece_of_work_has_one_key_in_every_environment_and_style(name: str) -> None:
    assert place(name).key == "svc-uploader"


@pytest.mark.parametrize(
    ("name", "environment", "before_production"),
    [
        ("svc-prd-uploader", "production", 0),
        ("svc-pre-prod-uploader", "preproduction", 1),
        ("svc-stage-uploader", "staging", 2),
        ("svc-nonprod-uploader", "non-production", 3),
        ("svc-dev-uploader", "development", 6),
    ],
)
def test_the_name_says_which_environment(name: str, environment: str, before_production: int) -> None:
    found = place(name, "production")

    assert (found.environment, found.before_production) == (environment, before_production)


def test_a_name_without_a_word_takes_the_environment_of_its_account() -> None:
    assert place("uploader", "Prod") == Place("uploader", "uploader", "production", 0)
    assert place("uploader", "tools") == Place("uploader", "uploader", "tools", None)
    assert place("uploader") == Place("uploader", "uploader", "", None)


@pytest.mark.parametrize(
    ("name", "account_environment", "key", "environment"),
    [
        ("test-runner-staging", "", "test-runner", "staging"),
        ("test-runner-production", "production", "test-runner", "production"),
        ("staging-to-production-sync", "staging", "to-production-sync", "staging"),
        ("test-runner", "", "runner", "test"),
    ],
)
def test_of_two_environments_in_a_name_one_counts_and_the_other_is_what_it_is_for(
    name: str, account_environment: str, key: str, environment: str
) -> None:
    found = place(name, account_environment)

    assert (found.key, found.environment) == (key, environment)


@pytest.mark.parametrize("name", ["production", "prod-1", "Staging", "staging_production", "dev-2024-01", "pre-prod"])
def test_a_name_that_is_nothing_but_an_environment_stands_alone(name: str) -> None:
    found = place(name)

    assert (found.key, found.name) == ("alone:AIDA1", name)
    assert place(name, unique_id="AIDA2").key == "alone:AIDA2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("product-uploader", "uploader"),
        ("latest-uploader", "uploader"),
        ("uploader-1", "uploader-2"),
        ("prod1-uploader", "prod2-uploader"),
        ("devops-uploader", "uploader"),
        ("DevOpsUploader", "uploader"),
        ("reproduction-uploader", "uploader"),
        ("ses-smtp-user.20230514-102107", "ses-smtp-user.20230614-112207"),
    ],
)
def test_what_only_looks_alike_is_not_put_together(one: str, other: str) -> None:
    assert place(one).key != place(other).key


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).filter(lambda words: any(w.isalpha() for w in words)),
    st.sampled_from(SPELLINGS),
    st.sampled_from(SPELLINGS),
    st.sampled_from("-_.@+=,"),
    st.data(),
)
def test_wherever_and_however_the_environment_is_spelt_the_key_is_that_of_the_rest(
    words: list[str], one: str, other: str, separator: str, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(words)))

    keys = {place(separator.join([*words[:position], spelling, *words[position:]])).key for spelling in (one, other)}

    assert keys == {place("-".join(words)).key}


@given(st.text("abDEpr0-_.sTt", min_size=1, max_size=64), st.sampled_from(["", "prod", "tools"]))
def test_every_name_has_a_place_and_the_same_one_again(name: str, account_environment: str) -> None:
    found = place(name, account_environment)

    assert found.key
    assert found.name
    assert found == place(name, account_environment)
    assert found.key == "alone:AIDA1" or all(word in name.lower() for word in found.key.split("-"))


def test_other_words_of_the_config_are_the_ones_that_count() -> None:
    found = place_of(
        "svc-live-uploader", unique_id="A", account_environment="", environments=[["lab"], ["live", "production"]]
    )

    assert found == Place("svc-uploader", "svc-uploader", "live", 0)
    assert place("svc-live-uploader").key == "svc-live-uploader"


def lane(before_production: int | None, stage: Stage, *, environment: str = "", **numbers: int) -> Lane:
    of_them = {"candidates": 1, "deleted": int(stage is Stage.DELETED), "restless": 0, "keys": 0, "keys_gone": 0}
    return Lane(environment, before_production, lowest=stage, highest=stage, **of_them | numbers)


def test_progress_counts_what_is_partly_done() -> None:
    found = progress_of(
        [
            lane(2, Stage.DELETED, keys=2, keys_gone=2),
            lane(1, Stage.CLAIMED, candidates=2, deleted=1, keys=2, keys_gone=1),
            lane(0, Stage.CLAIMED, keys=1),
        ]
    )

    assert (found.environments_gone, found.environments) == (1, 3)
    assert (found.keys_gone, found.keys) == (3, 5)
    assert (found.pieces_gone, found.pieces) == (5, 9)


@pytest.mark.parametrize("stage", Stage)
def test_production_is_too_early_where_it_moves_while_a_lower_environment_is_in_use(stage: Stage) -> None:
    staging, odd = lane(1, Stage.CLAIMED, restless=1), lane(None, Stage.CLAIMED, restless=1)
    quiet = lane(2, Stage.SWITCHED_OVER)

    found = too_early([staging, odd, quiet, lane(0, stage)])

    assert found == ((staging,) if stage >= Stage.DEACTIVATED else ())


def test_a_lower_environment_may_move_before_any_other() -> None:
    assert too_early([lane(1, Stage.DELETED), lane(0, Stage.CLAIMED, restless=1)]) == ()


def test_a_lane_says_how_far_it_is() -> None:
    assert lane(1, Stage.DELETED, environment="staging").words == "staging deleted"
    part = lane(0, Stage.CLAIMED, environment="production", candidates=3, deleted=1)
    assert part.words == "production claimed, 1 of 3 deleted"
    assert lane(None, Stage.CLAIMED).words == "environment not known claimed"
