import io
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from iamdash.rules import judge
from tests.rules.facts_builder import NOW, ago


def reading(days: float, used: float | None, source: str = "direct", **more: Any) -> dict[str, Any]:
    """A reading so many days ago of a use so many days ago."""
    used_at = None if used is None else ago(days=used).isoformat()
    return {"read_at": ago(days=days).isoformat(), "last_used_at": used_at, "source": source, **more}


def answers(readings: list[dict[str, Any]], *, asked: float = 0, **more: Any) -> dict[str, Any]:
    line = {"id": "a", "created_at": ago(days=2000).isoformat(), "readings": readings}
    found = judge.judge({**line, "asked_at": [ago(days=asked).isoformat()], **more})["answers"]
    assert len(found) == 1
    return found[0]


def answer(readings: list[dict[str, Any]], **more: Any) -> str:
    return str(answers(readings, **more)["safe_to_deactivate"])


def test_a_use_more_than_400_days_ago_is_a_yes_at_the_first_direct_reading() -> None:
    assert answer([reading(0.1, 401)]) == "yes"
    assert answer([reading(0.1, 401, "report")]) == "unknown"


def test_a_short_history_waits_and_says_until_when() -> None:
    found = answers([reading(0.1, 100)])

    assert found["safe_to_deactivate"] == "not_yet"
    assert found["earliest"] == (ago(days=100) + timedelta(days=395, hours=4, minutes=30)).isoformat()


def test_a_daily_key_of_a_year_waits_eleven_weeks_and_less_where_its_owner_has_spoken() -> None:
    daily = [reading(day, day + 0.2) for day in range(500, 60, -1)]
    since_then = [reading(day, 61.2) for day in range(60, -1, -1)]

    assert answer([*daily, *since_then]) == "not_yet"
    assert answer([*daily, *since_then], cadence_days=1) == "yes"


def test_only_what_had_been_read_by_then_counts() -> None:
    readings = [reading(500.5, 900), reading(10, 11)]

    assert answer(readings, asked=500) == "yes"
    assert answer(readings, asked=9.9) == "not_yet"


def test_a_reading_older_than_a_day_grants_nothing() -> None:
    assert answer([reading(1, 500)]) == "unknown"


def test_a_report_takes_a_yes_away_and_grants_none() -> None:
    assert answer([reading(0.2, 500), reading(0.1, 1, "report", generated_at=ago(days=0.1).isoformat())]) == "not_yet"


def test_an_older_report_read_later_takes_nothing_back() -> None:
    late = reading(0.1, 600, "report", generated_at=ago(days=1).isoformat())

    assert answer([reading(0.2, 500), late]) == "yes"


def test_a_direct_reading_that_tells_of_an_older_use_than_is_known_grants_nothing() -> None:
    assert answer([reading(3, 500), reading(0.1, None)]) == "unknown"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"readings": [{"read_at": "2026-01-01T00:00:00Z", "last_used_at": None, "source": "rumour"}]},
            "direct or report",
        ),
        ({"asked_at": ["yesterday"]}, "yesterday"),
        ({"readings": [{"source": "direct"}]}, "read_at is missing"),
    ],
)
def test_a_line_that_is_no_history_is_refused_in_words(changes: dict[str, Any], said: str) -> None:
    line = {"id": "a", "created_at": "2020-01-01", "readings": [], "asked_at": ["2026-01-01"]}

    with pytest.raises(judge.UnusableError, match=said):
        judge.judge({**line, **changes})


def test_a_bad_line_is_named_and_the_others_are_judged(capsys: pytest.CaptureFixture[str]) -> None:
    good = json.dumps({"id": 7, "created_at": "2020-01-01", "readings": [], "asked_at": ["2026-01-01T12:00:00+01:00"]})

    failed = judge.main(io.StringIO(f"{good}\n{{}}\n\n{good}\n"))

    told = capsys.readouterr()
    assert failed == 1
    assert [json.loads(line)["id"] for line in told.out.splitlines()] == [7, 7]
    assert "Line 2 cannot be judged" in told.err


def test_the_command_reads_lines_and_knows_no_django() -> None:
    line = {
        "id": "k",
        "created_at": ago(days=900).isoformat(),
        "readings": [reading(0.1, None)],
        "asked_at": [NOW.isoformat()],
    }
    code = "import sys, runpy; runpy.run_module('iamdash.rules.judge', run_name='__main__', alter_sys=True)"

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules['django'] = None; {code}"],
        input=json.dumps(line) + "\n",
        capture_output=True,
        text=True,
        check=False,
        env={},
    )

    assert json.loads(done.stdout)["answers"][0]["safe_to_deactivate"] == "yes"
    assert done.returncode == 0
