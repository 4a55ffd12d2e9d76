"""Puts the organisation into the stand-in, as it was sixty days before the first start."""

import json
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from iamdash.aws.reads import READS
from iamdash.demo.organisation import policies, trusts
from iamdash.demo.organisation.accounts import ACCOUNTS, HOME_ROLE, READER_ROLE, REGION, TOOLS, Account
from iamdash.demo.organisation.applications import application_users
from iamdash.demo.organisation.people import single_users
from iamdash.demo.organisation.plans import Job, KeyPlan, RolePlan, UserPlan
from iamdash.demo.organisation.roles import all_roles
from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.pods import Association
from iamdash.demo.stand_in.report import RootUser
from iamdash.demo.stand_in.sessions import Session, open_session
from iamdash.demo.stand_in.state import State
from iamdash.demo.stand_in.usage import Rhythm

SEED = "wayfare"
# What `make demo` gives iamdash: a session of its own role in the tools account.
HOME_ACCESS_KEY_ID = "ASIAIAMDASHSTANDIN00"
HOME_SESSION_LASTS = timedelta(days=3650)
# The part of the published policy that the data account forgot to grant.
REPORT_ACTIONS = frozenset({"iam:GenerateCredentialReport", "iam:GetCredentialReport"})


def build_organisation(state: State) -> None:
    """Fill an empty stand-in. The same on every machine, but for the dates: they count back from today."""
    anchor = state.clock.now()
    for account in ACCOUNTS:
        _build_account(state, account, anchor)
    for role_plan in all_roles():
        _build_role(state, role_plan, anchor)
    for user_plan in [*application_users(), *single_users()]:
        _build_user(state, user_plan, anchor)
    _open_home_session(state)


def moment(anchor: datetime, days_ago: float, name: str) -> datetime:
    """Return a time of day, always the same for a name, so many days before the anchor."""
    chance = Random(f"{SEED}/{name}")
    midnight = datetime.combine(anchor.date() - timedelta(days=days_ago), time(), anchor.tzinfo)
    return midnight + timedelta(seconds=chance.randint(7 * 3600, 18 * 3600))


def rhythm(anchor: datetime, job: Job, began_days_ago: float, name: str) -> Rhythm:
    """Return when a job runs: from the day its credential was made."""
    stopped_at = moment(anchor, job.stopped_days_ago, f"{name}/end") if job.stopped_days_ago is not None else None
    return Rhythm(job.every, moment(anchor, began_days_ago, f"{name}/job"), job.service, job.region, stopped_at)


def _build_account(state: State, account: Account, anchor: datetime) -> None:
    backend = backends.iam(account.account_id)
    created_at = moment(anchor, 2600, account.name)
    root = RootUser(created_at, last_used_at=moment(anchor, 410, f"{account.name}/root"))
    if account.root_has_access_key:
        root.keys.append((True, moment(anchor, 2590, f"{account.name}/root-key"), None, "N/A"))
    state.roots[account.account_id] = root

    group = backend.create_group("engineers", "/")
    group.create_date = _naive(created_at)
    group.id = backends.unique_id("AGPA", Random(f"{SEED}/{account.account_id}/engineers"))
    _grant(account, group, "look")
    if account.cluster:
        _build_cluster(account, anchor)


def _build_cluster(account: Account, anchor: datetime) -> None:
    role_arn = f"arn:aws:iam::{account.account_id}:role/{account.cluster}-cluster"
    subnets = {"subnetIds": ["subnet-0a1", "subnet-0b2"]}
    cluster = backends.eks(account.account_id, REGION).create_cluster(
        account.cluster, role_arn, subnets, version="1.33"
    )
    cluster.created_at = _naive(moment(anchor, 1248, account.cluster))
    issuer = f"https://{trusts.issuer(account.cluster)}"
    cluster.identity = {"oidc": {"issuer": issuer}}
    backends.iam(account.account_id).create_open_id_connect_provider(issuer, ["a" * 40], ["sts.amazonaws.com"], [])


def _build_role(state: State, plan: RolePlan, anchor: datetime) -> None:
    account_id, name = plan.account.account_id, f"{plan.account.account_id}/{plan.name}"
    backend = backends.iam(account_id)
    tags = [{"Key": key, "Value": value} for key, value in plan.tags.items()]
    iam_role = backend.create_role(plan.name, json.dumps(plan.trust), plan.path, None, plan.description, tags, None)
    del backend.roles[iam_role.id]
    iam_role.id = backends.unique_id("AROA", Random(f"{SEED}/{name}"))
    backend.roles[iam_role.id] = iam_role
    iam_role.create_date = _naive(moment(anchor, plan.age_days, name))
    for policy in plan.policies:
        _grant(plan.account, iam_role, policy)
    if special := _own_policy(plan):
        iam_role.put_policy("iamdash", special)
    if plan.job:
        state.usage.start(iam_role.id, rhythm(anchor, plan.job, plan.age_days, name))
    if plan.instance_profile:
        profile = backend.create_instance_profile(plan.name, "/", [])
        profile.id = backends.unique_id("AIPA", Random(f"{SEED}/{name}"))
        profile.roles.append(iam_role)
    if plan.pods:
        _build_association(state, plan, iam_role.arn, anchor)


def _grant(account: Account, holder: Any, name: str) -> None:
    """Give a user, group or role a permission: by a policy of the account where several share it, else inline."""
    document = policies.document(name, account.environment)
    if name not in policies.SHARED:
        holder.put_policy(name, document)
        return
    backend = backends.iam(account.account_id)
    arn = f"arn:aws:iam::{account.account_id}:policy/wayfare-{name}"
    if arn not in backend.managed_policies:
        policy = backend.create_policy(f"Wayfare: {name}", "/", document, f"wayfare-{name}", [])
        policy.id = backends.unique_id("ANPA", Random(f"{SEED}/{arn}"))
        policy.create_date = policy.update_date = holder.create_date
        policy.versions[0].create_date = holder.create_date
    backend.managed_policies[arn].attach_to(holder)


def _own_policy(plan: RolePlan) -> str:
    """Return the policy of iamdash's own two roles: the home role may take readers, a reader may read."""
    if plan.name == HOME_ROLE:
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": f"arn:aws:iam::*:role/{READER_ROLE}",
        }
    elif plan.name == READER_ROLE:
        denied = REPORT_ACTIONS if plan.account.report_denied else frozenset()
        statement = {"Effect": "Allow", "Action": sorted(READS - denied), "Resource": "*"}
    else:
        return ""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _build_association(state: State, plan: RolePlan, role_arn: str, anchor: datetime) -> None:
    namespace, service_account = plan.pods or ("", "")
    name = f"{plan.account.cluster}/{namespace}/{service_account}"
    association = Association(
        account_id=plan.account.account_id,
        region=REGION,
        cluster=plan.account.cluster,
        namespace=namespace,
        service_account=service_account,
        role_arn=role_arn,
        association_id="a-" + backends.unique_id("AKIA", Random(f"{SEED}/{name}"))[4:].lower(),
        created_at=moment(anchor, plan.age_days - 1, name),
    )
    state.associations[association.association_id] = association


def _build_user(state: State, plan: UserPlan, anchor: datetime) -> None:
    account_id, name = plan.account.account_id, f"{plan.account.account_id}/{plan.name}"
    backend = backends.iam(account_id)
    described = {_access_key_id(name, number): key.description for number, key in enumerate(plan.keys)}
    tags = {**plan.tags, **{key_id: text for key_id, text in described.items() if text}}
    iam_user = backend.create_user(
        "us-east-1", plan.name, plan.path, [{"Key": key, "Value": value} for key, value in tags.items()]
    )
    iam_user.id = backends.unique_id("AIDA", Random(f"{SEED}/{name}"))
    iam_user.create_date = _naive(moment(anchor, plan.age_days, name))
    for policy in plan.policies:
        _grant(plan.account, iam_user, policy)
    for group in plan.groups:
        backend.add_user_to_group(group, plan.name)
    if plan.has_password:
        _give_password(state, plan, iam_user, anchor)
    for number, key in enumerate(plan.keys):
        _build_access_key(state, iam_user, key, _access_key_id(name, number), anchor)


def _access_key_id(name: str, number: int) -> str:
    """Return a key ID that nobody can take for a real one, and that its last letters tell from others, as in lists."""
    real_looking = backends.unique_id("AKIA", Random(f"{SEED}/{name}/{number}"))
    return f"AKIAEXAMPLE{real_looking[-9:]}"


def _build_access_key(state: State, iam_user: Any, plan: KeyPlan, access_key_id: str, anchor: datetime) -> None:
    access_key = iam_user.create_access_key("AKIA", "Active" if plan.active else "Inactive")
    access_key.access_key_id = access_key_id
    access_key.secret_access_key = f"secret-of-{access_key_id}-in-the-stand-in"
    access_key.create_date = max(_naive(moment(anchor, plan.age_days, access_key_id)), iam_user.create_date)
    backends.iam(iam_user.account_id).access_keys[access_key_id] = access_key
    if plan.job:
        state.usage.start(access_key_id, rhythm(anchor, plan.job, plan.age_days - 0.5, access_key_id))


def _give_password(state: State, plan: UserPlan, iam_user: Any, anchor: datetime) -> None:
    iam_user.password = "known to nobody"  # noqa: S105  a placeholder: nobody signs in to the stand-in's console
    state.password_changed_at[iam_user.id] = moment(anchor, max(61, plan.age_days // 3), f"{iam_user.id}/password")
    if plan.console:
        state.usage.start(iam_user.id, rhythm(anchor, plan.console, plan.age_days, f"{iam_user.id}/console"))
    if plan.mfa:
        serial = f"arn:aws:iam::{iam_user.account_id}:mfa/{iam_user.name}"
        iam_user.enable_mfa_device(serial, "123456", "654321")


def _open_home_session(state: State) -> None:
    home = f"arn:aws:iam::{TOOLS.account_id}:role/{HOME_ROLE}"
    iam_role = backends.iam(TOOLS.account_id).get_role(HOME_ROLE)
    expires_at = state.clock.now() - state.clock.offset + HOME_SESSION_LASTS
    session = Session(TOOLS.account_id, home, iam_role.id, "demo", expires_at)
    open_session(state, session, HOME_ACCESS_KEY_ID)


def _naive(at: datetime) -> datetime:
    """Return the time as moto keeps it: UTC without saying so."""
    return at.replace(tzinfo=None)
