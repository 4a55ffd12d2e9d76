"""Whose a candidate likely is: the first rule that names a team decides, and every other hint says why it does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.rules.facts import PolicyFacts
from iamdash.rules.owners.owner import Ownership
from iamdash.rules.owners.ownership import ownership_of
from iamdash.rules.owners.teams import USUAL_RULES, OwnershipRule, Source, TeamFacts, plainly, teams_of
from tests.rules.facts_builder import a_candidate

SEARCH = TeamFacts("search", "Search and browse", ("#search-team", "Findability"), ("acme/search-*",))
PUBLISHING = TeamFacts("publishing", "Publishing", (), ("acme/*-publisher", "acme/whitehall"))
PLATFORM = TeamFacts("platform", "Platform engineering")
TEAMS = teams_of([SEARCH, PUBLISHING, PLATFORM])
KEY_ID = "AKIAIOSFODNN7EXAMPLE"


def concluded(*rules: OwnershipRule, **facts: Any) -> Ownership:
    return ownership_of(a_candidate(teams=TEAMS, **facts), rules=rules or USUAL_RULES)


@pytest.mark.parametrize("key", ["owner", "Owner", "OWNER", "team", "owning_team", "Owning Team"])
@pytest.mark.parametrize(
    "value", ["search", "Search and Browse", "search_and_browse", "#search-team", "findability", "search@acme.example"]
)
def test_a_tag_names_a_team_however_it_is_spelt(key: str, value: str) -> None:
    found = concluded(tags={key: value})

    assert found.team_slug == "search"
    assert found.hints[0].words == f"its tag {key} is “{value}”"


def test_a_tag_that_names_no_team_is_told_and_decides_nothing() -> None:
    found = concluded(tags={"owner": "the old crew"})

    assert found.team_slug == ""
    assert found.hints[0].why_not == "no team is called so"


def test_a_value_that_counts_for_nothing_lets_the_next_rule_decide() -> None:
    found = concluded(
        OwnershipRule(Source.TAG, keys=("owner",), ignore=("Platform Engineering",)),
        OwnershipRule(Source.REPOSITORY, keys=("repository",)),
        tags={"owner": "platform-engineering", "repository": "https://github.com/acme/search-api.git"},
    )

    assert found.team_slug == "search"
    assert [hint.why_not for hint in found.hints] == ["", "the file says that it counts for nothing"]


@pytest.mark.parametrize(
    "value",
    ["acme/whitehall", "Acme/Whitehall", "https://github.com/acme/whitehall", "git@github.com:acme/whitehall.git"],
)
def test_a_repository_belongs_to_the_team_whose_pattern_it_fits(value: str) -> None:
    assert concluded(tags={"repository": value}).team_slug == "publishing"


def test_the_description_of_a_key_names_a_team_in_a_sentence() -> None:
    found = concluded(tags={KEY_ID: "used by the Publishing team's nightly job"})

    assert found.team_slug == "publishing"
    assert KEY_ID in found.hints[0].words


def test_of_two_rules_that_disagree_the_first_wins_and_the_other_says_so() -> None:
    tags = {"owner": "search", "repository": "acme/whitehall"}

    found = concluded(tags=tags)

    assert (found.team_slug, found.hints[1].team_slug) == ("search", "publishing")
    assert found.hints[1].why_not == "the tag counts for more"
    reversed_rules = tuple(reversed(USUAL_RULES))
    assert concluded(*reversed_rules, tags=tags).team_slug == "publishing"


def test_of_two_tags_that_disagree_the_other_says_that_another_tag_counts_for_more() -> None:
    found = concluded(tags={"team": "publishing", "owner": "search"})

    assert [hint.team_slug for hint in found.hints] == ["search", "publishing"]
    assert found.hints[1].why_not == "another tag counts for more"


def test_of_two_rules_of_one_kind_that_disagree_the_later_says_that_an_earlier_one_decides() -> None:
    rules = [OwnershipRule(Source.NAME, pattern="indexer", team=team) for team in ("search", "publishing")]

    found = concluded(*rules, user_name="svc-indexer")

    assert found.team_slug == "search"
    assert found.hints[1].why_not == "an earlier rule decides"


def test_what_names_no_team_says_so_in_words_that_fit_it() -> None:
    found = concluded(tags={KEY_ID: "nightly upload", "repository": "acme/unknown", "owner": "nobody"})

    assert {hint.source: hint.why_not for hint in found.hints} == {
        Source.TAG: "no team is called so",
        Source.KEY_DESCRIPTION: "it names no team",
        Source.REPOSITORY: "it is no team's repository",
    }


def test_what_agrees_is_said_to_agree() -> None:
    found = concluded(tags={"owner": "search", "repository": "acme/search-api"})

    assert found.hints[1].why_not == "it says the same"


@pytest.mark.parametrize(
    ("source", "facts"),
    [
        (Source.NAME, {"user_name": "svc-whitehall-uploader"}),
        (Source.PATH, {"path": "/whitehall/"}),
        (
            Source.POLICY_RESOURCE,
            {
                "policies": (
                    PolicyFacts(
                        "s3",
                        document={"Statement": {"Effect": "Allow", "Resource": ["arn:aws:s3:::whitehall-media/*"]}},
                    ),
                )
            },
        ),
        (Source.AWS_MARKER, {"tags": {"aws:cloudformation:stack-name": "whitehall-stack"}}),
    ],
)
def test_a_pattern_stands_for_its_team(source: Source, facts: dict[str, Any]) -> None:
    rule = OwnershipRule(source, pattern="whitehall", team="publishing")

    assert concluded(rule, **facts).team_slug == "publishing"
    assert concluded(rule, tags={}, user_name="other", path="/", policies=()) == Ownership()


def test_nothing_seen_concludes_nothing() -> None:
    assert concluded(tags={}) == Ownership()


@given(tags=st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=6))
def test_no_tags_break_it_and_a_conclusion_is_always_a_team_with_its_reason(tags: dict[str, str]) -> None:
    found = concluded(tags=tags)

    assert found.team_slug in {"", *TEAMS.by_slug}
    if found.team_slug:
        assert (found.hints[0].team_slug, found.hints[0].why_not) == (found.team_slug, "")
        assert all(hint.why_not for hint in found.hints[1:])
    else:
        assert all(hint.why_not for hint in found.hints)


@given(st.text(max_size=30))
def test_spelling_is_compared_without_case_and_without_what_is_between(words: str) -> None:
    assert plainly(plainly(words)) == plainly(words)
