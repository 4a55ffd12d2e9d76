"""moto's users, groups, roles and policies in the shapes of IAM's answers, empties as AWS gives them.

IAM API Reference: UserDetail, GroupDetail, RoleDetail, ManagedPolicyDetail, User, Role. Where AWS leaves a member out
when it is empty, it is left out here; where AWS gives an empty list or structure, so do we.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from iamdash.demo.stand_in.usage import Use

ROLE_USE_REMEMBERED = timedelta(days=400)


def url_encoded(text: str) -> str:
    """Return a policy document as it travels: URL-encoded by RFC 3986."""
    return quote(text, safe="")


def inline_policies(holder: Any) -> list[dict[str, str]]:
    """Return the inline policies of a user, group or role."""
    return [{"PolicyName": name, "PolicyDocument": url_encoded(text)} for name, text in sorted(holder.policies.items())]


def user_basics(iam_user: Any) -> dict[str, Any]:
    """Return what every answer says of a user."""
    return {
        "Path": iam_user.path,
        "UserName": iam_user.name,
        "UserId": iam_user.id,
        "Arn": iam_user.arn,
        "CreateDate": iam_user.create_date,
    }


def user_detail(iam_user: Any) -> dict[str, Any]:
    """Return the UserDetail of iam:GetAccountAuthorizationDetails."""
    policies = inline_policies(iam_user)
    return {
        **user_basics(iam_user),
        **({"UserPolicyList": policies} if policies else {}),
        "GroupList": iam_user.group_list,
        "AttachedManagedPolicies": iam_user.attached_managed_policies,
        "Tags": iam_user.tags or [],
    }


def group_detail(group: Any) -> dict[str, Any]:
    """Return the GroupDetail of iam:GetAccountAuthorizationDetails."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
        "GroupPolicyList": inline_policies(group),
        "AttachedManagedPolicies": group.attached_managed_policies,
    }


def _role(iam_role: Any) -> dict[str, Any]:
    """Return what every answer says of a role."""
    return {
        "Path": iam_role.path,
        "RoleName": iam_role.name,
        "RoleId": iam_role.id,
        "Arn": iam_role.arn,
        "CreateDate": iam_role.create_date,
        "AssumeRolePolicyDocument": url_encoded(iam_role.assume_role_policy_document),
    }


def listed_role(iam_role: Any) -> dict[str, Any]:
    """Return the Role of iam:ListRoles: no boundary, no tags, no last use."""
    return {
        **_role(iam_role),
        **({"Description": iam_role.description} if iam_role.description else {}),
        "MaxSessionDuration": int(iam_role.max_session_duration or 3600),
    }


def role_detail(iam_role: Any, use: Use | None, now: datetime) -> dict[str, Any]:
    """Return the RoleDetail of iam:GetAccountAuthorizationDetails."""
    return {
        **_role(iam_role),
        "InstanceProfileList": [_instance_profile(profile) for profile in iam_role.instance_profile_list],
        "RolePolicyList": inline_policies(iam_role),
        "AttachedManagedPolicies": iam_role.attached_managed_policies,
        **_boundary(iam_role),
        "Tags": iam_role.tags,
        "RoleLastUsed": role_last_used(use, now),
    }


def described_role(iam_role: Any, use: Use | None, now: datetime) -> dict[str, Any]:
    """Return the Role of iam:GetRole."""
    return {
        **listed_role(iam_role),
        **_boundary(iam_role),
        **({"Tags": iam_role.tags} if iam_role.tags else {}),
        "RoleLastUsed": role_last_used(use, now),
    }


def role_last_used(use: Use | None, now: datetime) -> dict[str, Any]:
    """Return RoleLastUsed: empty when never used, or not within the 400 days that AWS remembers."""
    if use is None or now - use.at > ROLE_USE_REMEMBERED:
        return {}
    return {"LastUsedDate": use.at, "Region": use.region}


def managed_policy_detail(policy: Any) -> dict[str, Any]:
    """Return the ManagedPolicyDetail of iam:GetAccountAuthorizationDetails, every version's document included."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        **({"Description": policy.description} if policy.description else {}),
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": [
            {
                "Document": url_encoded(version.document),
                "VersionId": version.version_id,
                "IsDefaultVersion": version.version_id == policy.default_version_id,
                "CreateDate": version.create_date,
            }
            for version in policy.versions
        ],
    }


def _instance_profile(profile: Any) -> dict[str, Any]:
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": profile.create_date,
        "Roles": [_role(member) for member in profile.roles],
    }


def _boundary(iam_role: Any) -> Mapping[str, Any]:
    return {"PermissionsBoundary": iam_role.permissions_boundary} if iam_role.permissions_boundary else {}
