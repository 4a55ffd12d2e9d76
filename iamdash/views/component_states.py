"""Every state that a component can be in, made up for the page of components: nothing here is in the database."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from iamdash.candidates.queries.candidate.checks import CheckLine, CheckState
from iamdash.candidates.queries.candidate.ladder import STATES, EvidenceLine, StepLine
from iamdash.candidates.queries.candidate.timeline import Timeline, TimelineLine
from iamdash.candidates.queries.candidate.verdicts import WORDS, RequirementLine, VerdictCard
from iamdash.candidates.queries.candidate_list.controls import Chip, Column
from iamdash.candidates.queries.candidate_list.page import COLUMNS, CandidateList, Tab
from iamdash.candidates.queries.candidate_list.rows import CandidateRow
from iamdash.candidates.queries.choices import TeamChoice
from iamdash.candidates.queries.exceptions import Flag
from iamdash.rules.risk import Risk
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage
from iamdash.rules.workload import Lane
from iamdash.views import charts
from iamdash.views.forms import PageForm

TONES = ("", "red", "amber", "green", "blue")
KEY = "AKIAIOSFODNN7EXAMPLE"
COMMAND = f"aws iam update-access-key --user-name fastly-logs-writer --access-key-id {KEY} --status Inactive"


class EveryField(PageForm):
    """Each kind of field; sent empty, each has its error."""

    day = forms.DateField(
        label="Due date",
        help_text="The day to be done by, such as 2027-04-30.",
        error_messages={"required": "Give a day that exists."},
    )
    route = forms.ChoiceField(
        label="Route",
        choices=[("", "Choose …"), ("irsa", "IRSA")],
        error_messages={"required": "Choose a route."},
    )
    note = forms.CharField(
        label="Note",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write a note."},
    )

    def __init__(self, name: str, data: Any = None) -> None:
        self.name = name
        super().__init__(data)


def flags(now: datetime) -> tuple[Flag, ...]:
    """Return what a row may have to say beside its risk."""
    return (
        Flag("Reopened", "red"),
        Flag("Stuck", "amber", since=now - timedelta(days=34)),
        Flag("Exception ends", at=now + timedelta(days=11)),
        Flag("Safe to delete", "green"),
        Flag("Closed", "green"),
    )


def candidate_list(now: datetime) -> CandidateList:
    """Return a page of a list: a row in each state, under a filter, between two other pages."""
    rows = tuple(_rows(now))
    count = len(rows)
    return CandidateList(
        is_by_workload=False,
        rows=rows,
        workloads=(),
        listed=1204,
        tabs=tuple(Tab(name, count, "", count > 1) for name, count in (("All open", 1204), ("Mine", 1), ("Stuck", 0))),
        view_name="All open",
        selects=(),
        hidden=(),
        chips=(Chip("Risk: critical or high", ""), Chip("Team: archive (unknown, ignored)", "")),
        columns=tuple(Column(name, label, "", "descending" if name == "risk" else "") for name, label in COLUMNS),
        sort_label="Highest risk first",
        search="",
        matching=count,
        in_view=1204,
        first=51,
        last=50 + count,
        first_query="",
        previous_query="",
        next_query="",
        last_query="",
        query="",
        export_query="",
        cleared_query="",
        other_query="",
        has_accounts=True,
        has_candidates=True,
        gone_found=1,
    )


def _rows(now: datetime) -> list[CandidateRow]:
    reopened, stuck, excepted, safe, closed = flags(now)
    long_ago = now - timedelta(days=3)
    return [
        _row(now, 1, "content-data-api-s3", Stage.IDENTIFIED, Risk.CRITICAL, likely_team="Search"),
        _row(
            now,
            2,
            "fastly-logs-writer",
            Stage.SWITCHED_OVER,
            Risk.HIGH,
            owner_team="Reliability",
            is_mine=True,
            flag=stuck,
        ),
        _row(
            now,
            3,
            "mirror-sync-gcp",
            Stage.ROLE_READY,
            Risk.MEDIUM,
            owner_team="Reliability",
            flag=reopened,
            unread=True,
        ),
        _row(
            now,
            4,
            "akamai-datastream",
            Stage.CLAIMED,
            Risk.MEDIUM,
            owner_team="Publishing",
            flag=excepted,
            as_of=long_ago,
        ),
        _row(
            now,
            5,
            "asset-manager-scan",
            Stage.DEACTIVATED,
            Risk.LOW,
            owner_team="Publishing",
            flag=safe,
            last_used_at=None,
        ),
        _row(now, 6, "penetration-test", Stage.DELETED, None, is_open=False, flag=closed, active_keys=0),
    ]


def _row(now: datetime, number: int, user_name: str, stage: Stage, risk: Risk | None, **more: Any) -> CandidateRow:
    usual: dict[str, Any] = {
        "owner_team": "",
        "as_of": None,
        "likely_team": "",
        "is_mine": False,
        "is_open": True,
        "last_used_at": now - timedelta(hours=2),
        "unread": False,
        "active_keys": 1,
        "flag": None,
    }
    return CandidateRow(
        **usual | more,
        number=number,
        user_name=user_name,
        account_name="example-production",
        reason=Sentence("Key …\N{WORD JOINER}MPLE is {at:days} old", {"at": now - timedelta(days=1893)}),
        owner_person="Priya Nair" if "owner_team" in more else "",
        likely_because="tag",
        stage=stage,
        last_used_service="s3",
        last_used_region="eu-west-2",
        inactive_keys=0,
        oldest_key_created_at=now - timedelta(days=1893),
        risk=risk,
    )


def verdicts(now: datetime) -> tuple[VerdictCard, ...]:
    """Return a card with each answer, and in each a line with every answer."""
    said = Sentence("Access key …MPLE was last used {at:ago}.", {"at": now - timedelta(days=41)})
    lines = tuple(
        RequirementLine(word, tone, said, "iam:GetAccessKeyLastUsed", now - timedelta(minutes=14))
        for word, tone in WORDS.values()
    )
    return tuple(
        VerdictCard(
            slug=answer.value,
            title=f"Safe to deactivate? {word}",
            answer=word,
            tone=tone,
            earliest=now + timedelta(days=16) if word == "Not yet" else None,
            lines=lines,
            unseen=(Sentence("A job that runs less than once a year."),),
            is_next=word == "Not yet",
            could_be_sooner=word == "Not yet",
        )
        for answer, (word, tone) in WORDS.items()
        if word != "Cannot see"  # said of one requirement, never of a whole verdict
    )


def steps(now: datetime) -> tuple[StepLine, ...]:
    """Return one step in each state; one that is not needed looks like one that was skipped."""
    said = Sentence("No access key is Active.")
    seen = EvidenceLine("Seen", said, "iam:ListAccessKeys", now, by_people=False, cannot_see="Denied calls.")
    states = [state for name, state in STATES.items() if name != "not_needed"]
    return tuple(
        StepLine(stage.label, word, css, css == "now", now if css == "done" else None, (seen,))
        for stage, (word, css) in zip(Stage, states, strict=True)
    )


def timeline(now: datetime) -> Timeline:
    """Return a line of each kind."""
    return Timeline(
        (
            TimelineLine(now, "Sync 21", "Access key …MPLE was activated again.", went_back=True),
            TimelineLine(now, "Priya Nair", "Rolled out to production.\nWatching the bucket.", note=True),
            TimelineLine(now, "Sync 20", "fastly-logs-writer went from Claimed to Role ready.", milestone=True),
            TimelineLine(now, "Priya Nair", "Priya Nair claimed fastly-logs-writer."),
        ),
        more=True,
    )


def check(now: datetime) -> CheckLine:
    """Return a check that has ended with a gap; one under way would ask for itself again."""
    gaps = (("SSH public keys", "AWS refused iam:ListSSHPublicKeys: the credentials may not call it."),)
    return CheckLine(CheckState.ENDED, "Priya Nair", now, now, "Nothing has changed.", gaps)


def lanes() -> tuple[Lane, ...]:
    """Return a workload that is gone from one environment and only identified in another."""
    return (
        Lane("staging", 1, 1, 1, Stage.DELETED, Stage.DELETED, restless=0, keys=1, keys_gone=1),
        Lane("production", 0, 3, 1, Stage.IDENTIFIED, Stage.DELETED, restless=2, keys=4, keys_gone=1),
    )


def drawings(now: datetime) -> dict[str, Any]:
    """Return each chart; the bar of stages also of nobody."""
    today = now.date()
    weeks = tuple(charts.Point(today - timedelta(weeks=51 - week), 240 - 2 * week, week < 12) for week in range(52))
    days = tuple(today + timedelta(weeks=4 * each) for each in range(15))
    fewest, middle, most = (tuple(138 - pace * each for each in range(15)) for pace in (9, 7, 5))
    ahead = charts.Ahead(days, fewest, middle, most, ends_on=today + timedelta(weeks=79))
    year = charts.Stretch(today - timedelta(days=365), today)
    gap = charts.Stretch(today - timedelta(days=120), today - timedelta(days=90))
    monthly = [today - timedelta(days=30 * month) for month in range(12)]
    bars = tuple(charts.Bar(f"{each} years", f"{each} y", 7 * each, "#charts", is_old=each > 2) for each in range(6))
    words = "Monthly: used on 12 days."
    return {
        "burn_down": charts.burn_down(weeks, ahead=ahead, target_on=today + timedelta(weeks=30), summary="Made up."),
        "stage_bars": (charts.stage_bar((5, 8, 3, 2, 1, 12)), charts.stage_bar((0,) * 6)),
        "course": charts.sparkline((30, 28, 28, 21, 15, 9)),
        "ages": charts.age_bars(bars, title="IAM users by the age of their oldest key"),
        "strip": charts.use_strip(monthly, window=year, known=year, unread=[gap], key_id=KEY, summary=words),
    }


def around_rows() -> dict[str, Any]:
    """Return what rows need of somebody in two teams who may assign; every address leads nowhere."""
    people = ((1, "Priya Nair"), (2, "Sam Whitlock"))
    return {
        "may_claim": True,
        "claim_teams": (("platform", "Platform"), ("search", "Search")),
        "only_team": "",
        "focus": "",
        "ticked": (),
        "assignees": (TeamChoice("platform", "Platform", people),),
        "candidates_url": "#list",
        "list_address": "#list",
    }
