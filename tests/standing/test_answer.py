import json
from datetime import datetime

from hypothesis import given, settings

from iamdash.rules.assess import assess
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.standing import answer
from tests.rules.strategies import CANDIDATES, MOMENTS


@settings(max_examples=100, deadline=None)
@given(CANDIDATES, MOMENTS)
def test_what_is_stored_is_what_the_rules_said(facts: CandidateFacts, now: datetime) -> None:
    said = assess(facts, thresholds=Thresholds(), now=now)

    stored = json.loads(
        json.dumps(
            [
                answer.sentence_to_json(said.reason),
                answer.steps_to_json(said.steps),
                answer.next_step_to_json(said.next_step),
            ]
        )
    )

    assert answer.sentence_from_json(stored[0]) == said.reason
    assert answer.steps_from_json(stored[1]) == said.steps
    assert answer.next_step_from_json(stored[2]) == said.next_step
