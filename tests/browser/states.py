"""The states that pages can be in: what has to be in the database for each, and the path that shows it."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from iamdash.candidates import actions
from iamdash.models import (
    AccessKey,
    AccessKeyUse,
    AccessLevel,
    AwsAccount,
    Candidate,
    DailyCount,
    IamUser,
    OtherCredential,
    Person,
    SyncOutcome,
    Team,
)
from iamdash.models.journal import record
from iamdash.rules.exception import Waiting
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from tests.browser.believable import organisation
from tests.factories import (
    days_ago,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_user,
    make_person,
    make_safe_to_deactivate,
    make_safe_to_delete,
    make_sync_run,
)

GAP = {
    "part": "credential_report",
    "reason": "AWS refused iam:GenerateCredentialReport: the credentials may not call it.",
    "action": "iam:GenerateCredentialReport",
    "error_code": "AccessDenied",
    "subject": "",
}
CALLS = {
    "iam:GetAccountAuthorizationDetails": 2,
    "iam:ListAccessKeys": 412,
    "iam:GetAccessKeyLastUsed": 38,
    "sts:AssumeRole": 1,
    "sts:GetCallerIdentity": 1,
}
TOOLS = "4" * 12
CALLER = f"arn:aws:sts::{TOOLS}:assumed-role/iamdash-reader/iamdash"


@dataclass(frozen=True, slots=True)
class States:
    """Somebody who may do everything that engineers may, and the pages that there are for them, by what they are of."""

    person: Person
    paths: dict[str, tuple[str, ...]]


def every_state() -> States:
    """Fill the database with one of everything."""
    person = organisation()
    year_of_counts()
    busy_account()
    uploaders(person.teams.get())
    mine, unclaimed = candidate_of("fastly-logs-writer"), candidate_of("content-data-api-s3")
    actions.write_note(candidate=mine, body="x" * 300, by=person, now=timezone.now())
    except_and_block(unclaimed, person)
    record_of = deleted("old-uploader", person)
    workload = candidate_of("svc-production-uploader").workload_id
    candidates = (mine, unclaimed, record_of, deactivated(person), waiting(), silent(), soaking(), soaked())
    return States(
        person,
        {
            "candidates": tuple(
                map(path_of, (*candidates, offered(two_rhythms(), person), candidate_of("svc-production-uploader")))
            ),
            "lists": (
                "/candidates/?q=s3&stage=foo",
                "/candidates/?view=safe-to-delete",
                "/candidates/?view=exceptions",
                "/candidates/?view=everything&by=workload",
                "/candidates/?q=nothing-like-it",
                f"/workloads/{workload}/?find=sender",
                f"/candidates/{record_of.pk}/record",
                "/candidates/records?view=deleted",
                "/journal/?by=people&since=x",
            ),
            "others": (
                "/",
                "/?by=account",
                "/teams/",
                "/teams/reliability/",
                "/my-teams/",
                "/accounts/",
                f"/accounts/{TOOLS}/",
                "/rules/",
                "/settings/?stuck_days=5&soak_days=x",
                "/settings/?stuck_days=5",
                "/components/",
                "/no-such-page",
            ),
        },
    )


def nothing_yet() -> States:
    """Have somebody in no team, and nothing else: the first minute of an installation."""
    pages = ("/", "/candidates/", "/candidates/?by=workload", "/teams/", "/accounts/", "/journal/", "/my-teams/")
    return States(make_person("ada@example.org", full_name="Ada"), {"nothing yet": pages})


def candidate_of(user_name: str) -> Candidate:
    return Candidate.objects.get(iam_user__user_name=user_name)


def path_of(candidate: Candidate) -> str:
    """Return the path of a candidate, once the rules have judged it."""
    answered(candidate)
    return f"/candidates/{candidate.pk}/"


def answered(*candidates: Candidate) -> None:
    assess([each.iam_user_id for each in candidates], now=timezone.now(), cause=Cause.AWS, actor="sync")


def year_of_counts() -> None:
    today = timezone.now().date()
    DailyCount.objects.bulk_create(
        DailyCount(
            day=today - timedelta(days=1, weeks=week),
            aws_account_id="1" * 12,
            stage=Stage.IDENTIFIED,
            candidates=12 + week,
            active_keys=12 + 2 * week,
        )
        for week in range(1, 52)
    )


def busy_account() -> None:
    """An account with a week of syncs, the newest of which was read in part."""
    role_arn = f"arn:aws:iam::{TOOLS}:role/iamdash-reader"
    AwsAccount.objects.filter(pk=TOOLS).update(role_arn=role_arn, external_id="5c1f0b7e42d89f3a")
    tools, now = AwsAccount.objects.get(pk=TOOLS), timezone.now()
    for hours in range(8, 1, -1):
        at = now - timedelta(hours=hours)
        make_sync_run(tools, started_at=at, finished_at=at + timedelta(seconds=3), calls=CALLS, caller_arn=CALLER)
    make_sync_run(
        tools,
        started_at=now - timedelta(seconds=40),
        finished_at=now - timedelta(seconds=28),
        trigger="person",
        asked_by="priya@example.org",
        outcome=SyncOutcome.PARTIAL,
        unread=[GAP],
        calls=CALLS,
        throttled=3,
        changes={"created": 2, "updated": 1, "gone": 0},
        caller_arn=CALLER,
        root_has_access_key=True,
    )


def uploaders(team: Team) -> None:
    """An uploader in four environments, gone from one, in production before staging is quiet; and a second one."""
    now = timezone.now()
    for number, environment in enumerate(("development", "integration", "staging", "production"), start=5):
        account = make_aws_account(str(number) * 12, name=f"work-{environment}", environment=environment)
        make_sync_run(account, started_at=now - timedelta(minutes=15), finished_at=now - timedelta(minutes=14))
        for name in (f"svc-{environment}-uploader", f"svc_{environment}_sender"):
            iam_user = make_iam_user(name, aws_account=account, keys_read_at=now)
            make_access_key(iam_user, status="Inactive" if environment == "production" else "Active")
    assess(list(IamUser.objects.values_list("pk", flat=True)), now=now, cause=Cause.AWS, actor="sync")
    make_claim(candidate_of("svc-staging-uploader"), team=team)
    gone = IamUser.objects.filter(user_name__contains="development")
    AccessKey.objects.filter(iam_user__in=gone).update(gone_at=now)
    gone.update(gone_at=now - timedelta(days=1), gone_confirmed_at=now)
    assess(list(IamUser.objects.values_list("pk", flat=True)), now=now, cause=Cause.AWS, actor="sync")


def except_and_block(candidate: Candidate, by: Person) -> None:
    """Have an exception in force, one asked for that extends it, and something that the candidate waits for."""
    now, today = timezone.now(), timezone.localdate()
    for days in (10, 20):
        request = actions.ask_exception(
            candidate=candidate,
            reason="Their log streaming knows access keys only.",
            expires_on=today + timedelta(days=days),
            review_url="",
            by=by,
            now=now,
        )
        if days == 10:
            lead = make_person("lea@example.org", full_name="Lea", access_level=AccessLevel.LEAD)
            actions.approve_exception(candidate=candidate, exception=request, by=lead, now=now)
    actions.block(
        candidate=candidate,
        waits_for=Waiting.VENDOR,
        words="Ticket 12",
        review_on=today + timedelta(days=5),
        by=by,
        now=now,
    )


def offered(candidate: Candidate, to: Person) -> Candidate:
    """The candidate, claimed by somebody who offers it."""
    team, now = to.teams.get(), timezone.now()
    holder = make_person("ola@example.org", full_name="Ola", teams=(team,))
    make_claim(candidate, person=holder, team=team)
    actions.hand_over(candidate=candidate, team=team, person=to, by=holder, now=now)
    return candidate


def deleted(user_name: str, by: Person) -> Candidate:
    """A candidate that was claimed, proved gone and signed off."""
    iam_user = make_iam_user(user_name)
    key = make_access_key(iam_user)
    assess([iam_user.pk], now=days_ago(9), cause=Cause.AWS, actor="sync", sync_run=3)
    candidate = Candidate.objects.get(iam_user=iam_user)
    make_claim(candidate, person=by, team=by.teams.get())
    AccessKey.objects.filter(pk=key.pk).update(status="Inactive", status_changed_at=days_ago(8), gone_at=days_ago(2))
    for at, kind in ((days_ago(2), "iam_user.gone"), (days_ago(1), "iam_user.gone_confirmed")):
        said = {
            "answer": "no_such_entity",
            "asked_name": user_name,
            "caller_arn": f"arn:aws:sts::{'1' * 12}:assumed-role/x",
        }
        record(
            at=at,
            actor="sync",
            kind=kind,
            sentence=f"{user_name} is gone.",
            subject=user_name,
            aws_account_id=iam_user.aws_account_id,
            unique_id=iam_user.unique_id,
            sync_run_number=4,
            after=said,
        )
    iam_user.gone_at, iam_user.gone_confirmed_at = days_ago(2), days_ago(1)
    iam_user.save()
    assess([iam_user.pk], now=days_ago(1), cause=Cause.AWS, actor="sync", sync_run=4)
    actions.close(candidate=candidate, note="x" * 300, by=by, now=timezone.now())
    return candidate


def deactivated(person: Person) -> Candidate:
    """A claimed candidate that has soaked, with much left that blocks its deletion."""
    now = timezone.now()
    read = dict.fromkeys(("login_profile", "mfa_device", "ssh_public_key"), now.isoformat())
    iam_user = make_iam_user("uploads", groups=["developers"], other_credentials_read=read, keys_read_at=now)
    old = {"status_changed_at": days_ago(300), "first_seen_at": days_ago(300), "last_used_at": days_ago(900)}
    make_access_key(iam_user, status="Inactive", created_at=days_ago(950), last_used_as_of=now, **old)
    for kind, credential_id in (("login_profile", ""), ("mfa_device", "arn:aws:iam::111122223333:mfa/" + "x" * 60)):
        OtherCredential.objects.create(
            iam_user=iam_user, kind=kind, credential_id=credential_id, status_changed_at=now, first_seen_at=now
        )
    candidate = make_candidate(iam_user)
    make_claim(candidate, person=person)
    return candidate


def two_rhythms() -> Candidate:
    """A candidate with a monthly key, unread for a while, and one used on working days."""
    now = timezone.now()
    iam_user = make_iam_user("monthly-report", keys_read_at=now)
    for days, spread in (([31 * month for month in range(12)], 70), ([d for d in range(126) if d % 7 < 5], 1)):
        long_ago = {"created_at": days_ago(380, now=now), "first_seen_at": days_ago(379, now=now)}
        key = make_access_key(iam_user, last_used_at=now, last_used_as_of=now, **long_ago)
        for day in days:
            at = days_ago(day, now=now)
            unread = timedelta(days=spread if day == 93 else 1)
            AccessKeyUse.objects.create(
                access_key=key,
                last_used_at=at,
                last_used_service="s3",
                last_used_region="eu-west-1",
                source="direct",
                as_of=at,
                seen_before=at - unread,
            )
    return make_candidate(iam_user)


def waiting() -> Candidate:
    """A candidate whose key has been silent for a hundred days, of which nobody has said how often it is used."""
    now = timezone.now()
    used = {"last_used_at": days_ago(100, now=now), "last_used_as_of": now}
    iam_user = make_iam_user("waiting", keys_read_at=now)
    make_access_key(iam_user, created_at=days_ago(900, now=now), **used)
    return make_candidate(iam_user)


def silent() -> Candidate:
    return make_safe_to_deactivate("silent", now=timezone.now())


def soaked(user_name: str = "soaked") -> Candidate:
    return make_safe_to_delete(user_name, now=timezone.now())


def soaking() -> Candidate:
    candidate = soaked("soaking")
    candidate.iam_user.access_keys.update(status_changed_at=timezone.now() - timedelta(days=3))
    return candidate
