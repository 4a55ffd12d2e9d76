"""The hands of Wayfare's engineers: what they do in AWS, by AWS's own API, and what their applications then do."""

import json
import urllib.request
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

import boto3

from iamdash.demo.organisation.accounts import REGION, Account
from iamdash.demo.organisation.plans import Job


class NoStandInError(Exception):
    """No stand-in answers there."""

    def __init__(self, endpoint_url: str) -> None:
        where = f"at {endpoint_url} (AWS_ENDPOINT_URL)" if endpoint_url else "(AWS_ENDPOINT_URL is not set)"
        super().__init__(f"No stand-in for AWS answers {where}. Start the demo with `make demo` and run this there.")


class Hands:
    """Somebody who may do everything in every account of the stand-in at `endpoint_url`."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self.iam = cache(self._sign_in)

    def control(self, method: str, action: str, **asked: Any) -> dict[str, Any]:
        """Ask at the stand-in's own door (see stand_in/control.py). Raises NoStandInError where none answers."""
        try:
            request = urllib.request.Request(  # noqa: S310  our own stand-in, on this machine
                f"{self.endpoint_url}/_stand_in/{action}", json.dumps(asked).encode(), method=method
            )
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  the same
                found: dict[str, Any] = json.load(answer)
                return found
        except (OSError, ValueError) as error:
            raise NoStandInError(self.endpoint_url) from error

    def _sign_in(self, account: Account) -> Any:
        given = self.control("POST", "sign-in", account_id=account.account_id)
        return boto3.client(
            "iam",
            region_name=REGION,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    # What they do in AWS ------------------------------------------------------------------------------------------

    def access_key_ids(self, account: Account, user_name: str, *, status: str = "") -> list[str]:
        """Return the key IDs of a user, oldest first; those with one status where it is given."""
        keys = self.iam(account).list_access_keys(UserName=user_name)["AccessKeyMetadata"]
        wanted = [key for key in keys if status in {"", key["Status"]}]
        return [key["AccessKeyId"] for key in sorted(wanted, key=lambda key: key["CreateDate"])]

    def deactivate(self, account: Account, user_name: str) -> None:
        """Deactivate every key of a user."""
        self._set_status(account, user_name, "Inactive")

    def reactivate(self, account: Account, user_name: str) -> None:
        """Make every key of a user active again."""
        self._set_status(account, user_name, "Active")

    def _set_status(self, account: Account, user_name: str, status: str) -> None:
        for key_id in self.access_key_ids(account, user_name):
            self.iam(account).update_access_key(UserName=user_name, AccessKeyId=key_id, Status=status)

    def make_user(self, account: Account, user_name: str, **tags: str) -> None:
        """Make a user with one key."""
        tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.iam(account).create_user(UserName=user_name, Tags=tag_list)
        self.make_key(account, user_name)

    def make_key(self, account: Account, user_name: str) -> str:
        """Make one more key for a user and return its ID."""
        made = self.iam(account).create_access_key(UserName=user_name)
        return str(made["AccessKey"]["AccessKeyId"])

    def rename(self, account: Account, user_name: str, new_name: str) -> None:
        """Give a user another name."""
        self.iam(account).update_user(UserName=user_name, NewUserName=new_name)

    def delete_user(self, account: Account, user_name: str) -> None:
        """Delete a user after everything that hangs on it, in the order that AWS's documentation gives."""
        iam = self.iam(account)
        with suppress(iam.exceptions.NoSuchEntityException):  # not every user has a password
            iam.delete_login_profile(UserName=user_name)
        for key_id in self.access_key_ids(account, user_name):
            iam.delete_access_key(UserName=user_name, AccessKeyId=key_id)
        for device in iam.list_mfa_devices(UserName=user_name)["MFADevices"]:
            iam.deactivate_mfa_device(UserName=user_name, SerialNumber=device["SerialNumber"])
        for name in iam.list_user_policies(UserName=user_name)["PolicyNames"]:
            iam.delete_user_policy(UserName=user_name, PolicyName=name)
        for policy in iam.list_attached_user_policies(UserName=user_name)["AttachedPolicies"]:
            iam.detach_user_policy(UserName=user_name, PolicyArn=policy["PolicyArn"])
        for group in iam.list_groups_for_user(UserName=user_name)["Groups"]:
            iam.remove_user_from_group(UserName=user_name, GroupName=group["GroupName"])
        iam.delete_user(UserName=user_name)

    # What their applications then do -------------------------------------------------------------------------------

    def role_takes_over(self, account: Account, role_name: str, job: Job, *, at: datetime) -> None:
        """Let an application use a role from now on."""
        role_id = self.iam(account).get_role(RoleName=role_name)["Role"]["RoleId"]
        self._start(role_id, job, at)

    def keys_fall_silent(self, account: Account, user_name: str, *, at: datetime) -> None:
        """Let no application use a user's keys any more."""
        for key_id in self.access_key_ids(account, user_name):
            self.control("DELETE", "jobs", credential=key_id, at=at.isoformat())

    def key_is_used_again(self, account: Account, user_name: str, job: Job, *, at: datetime) -> None:
        """Let an application use a user's newest active key from now on."""
        self._start(self.access_key_ids(account, user_name, status="Active")[-1], job, at)

    def key_was_used(self, access_key_id: str, service: str, *, at: datetime) -> None:
        """Let a key have been used once."""
        self.control("POST", "uses", credential=access_key_id, at=at.isoformat(), service=service, region=REGION)

    def _start(self, credential: str, job: Job, at: datetime) -> None:
        self.control(
            "POST",
            "jobs",
            credential=credential,
            every_seconds=job.every.total_seconds(),
            first_at=at.isoformat(),
            service=job.service,
            region=job.region,
        )
