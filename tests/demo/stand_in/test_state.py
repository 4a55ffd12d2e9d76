import json
import os
import signal
import subprocess
import sys
import urllib.request
from datetime import timedelta
from pathlib import Path

from iamdash.demo.organisation.accounts import INTEGRATION, PRODUCTION
from iamdash.demo.organisation.build import build_organisation
from iamdash.demo.stand_in import control
from iamdash.demo.stand_in.server import running_stand_in


def test_everything_survives_a_restart_with_the_same_ids(tmp_path: Path) -> None:
    ask = {"Filter": ["User", "Role"], "MaxItems": 1000}
    with running_stand_in(build=build_organisation, directory=tmp_path) as before:
        iam = before.client("iam", PRODUCTION.account_id)
        iam.create_user(UserName="made-by-hand")
        key_id = iam.create_access_key(UserName="made-by-hand")["AccessKey"]["AccessKeyId"]
        control.record_use(before.state, credential=key_id, at="2026-01-02T03:04:00+00:00", service="s3", region="N/A")
        control.pass_day(before.state)
        before.state.save()
        first = iam.get_account_authorization_details(**ask)
        pods = before.client("eks", PRODUCTION.account_id).list_pod_identity_associations(
            clusterName=PRODUCTION.cluster
        )

    with running_stand_in(build=build_organisation, directory=tmp_path) as after:
        iam = after.client("iam", PRODUCTION.account_id)
        second = iam.get_account_authorization_details(**ask)
        pods_after = after.client("eks", PRODUCTION.account_id).list_pod_identity_associations(
            clusterName=PRODUCTION.cluster
        )
        last_used = iam.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]

        assert second["UserDetailList"] == first["UserDetailList"]
        assert [role["RoleId"] for role in second["RoleDetailList"]] == [
            role["RoleId"] for role in first["RoleDetailList"]
        ]
        assert pods_after["associations"] == pods["associations"]
        assert last_used["LastUsedDate"].isoformat() == "2026-01-02T03:04:00+00:00"
        assert after.state.days_passed == 1


def test_a_change_is_kept_even_when_the_process_is_killed(tmp_path: Path) -> None:
    port, process = start(tmp_path)
    try:
        post(port, "clock", offset_seconds=-3600)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

    port, process = start(tmp_path)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stand_in/health") as answer:
            health = json.load(answer)
    finally:
        process.send_signal(signal.SIGTERM)

    assert health["offset_seconds"] == -3600
    assert INTEGRATION.account_id in health["accounts"]
    assert process.wait(timeout=10) == 0


def start(directory: Path) -> tuple[int, subprocess.Popen[str]]:
    command = [sys.executable, "-m", "iamdash.demo.stand_in", "--port", "0", "--state", str(directory)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    process.stdout.close()
    return int(line.rsplit(":", 1)[1]), process


def post(port: int, action: str, **asked: float) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_stand_in/{action}", json.dumps(asked).encode(), method="POST"
    )
    urllib.request.urlopen(request).close()


def test_the_clock_can_be_set_back_and_what_is_made_is_dated_by_it() -> None:
    with running_stand_in() as running:
        control.set_clock(running.state, offset_seconds=-timedelta(days=30).total_seconds())
        iam = running.client("iam", "111122223333")

        made = iam.create_user(UserName="old")["User"]["CreateDate"]

        assert abs(made - running.state.clock.now()) < timedelta(minutes=1)
