from iamdash.demo.organisation.accounts import ACCOUNTS, DATA
from iamdash.demo.organisation.day import live_a_day
from iamdash.demo.organisation.hands import Hands
from iamdash.demo.stand_in.server import RunningStandIn

State = dict[str, dict[str, str]]


def state_of_keys(organisation: RunningStandIn) -> State:
    """Every user with the status of its keys."""
    found: State = {}
    for account in ACCOUNTS:
        iam = organisation.client("iam", account.account_id)
        for user in iam.list_users(MaxItems=1000)["Users"]:
            keys = iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
            found[user["Arn"]] = {key["AccessKeyId"]: key["Status"] for key in keys}
    return found


def test_on_a_day_keys_are_used_one_is_deactivated_and_a_user_is_deleted(organisation: RunningStandIn) -> None:
    before = state_of_keys(organisation)
    now = organisation.state.clock.now()

    happened = live_a_day(Hands(organisation.endpoint_url), now=now)

    after = state_of_keys(organisation)
    used = [use for use in organisation.state.usage.recorded.values() if use.at <= now]
    deactivated = [arn for arn, keys in after.items() if set(before[arn].values()) != set(keys.values())]
    assert len(used) >= 10
    assert len(set(before) - set(after)) == 1
    assert len(deactivated) == 1
    assert len(happened) == 3
    assert organisation.state.days_passed == 1


def test_nobody_changes_anything_where_the_next_sync_may_not_see_it(organisation: RunningStandIn) -> None:
    hands = Hands(organisation.endpoint_url)

    happened = [sentence for _ in range(5) for sentence in live_a_day(hands, now=organisation.state.clock.now())]

    assert len(happened) >= 3 * 5
    assert not [sentence for sentence in happened if DATA.name in sentence]


def test_every_third_day_something_new_is_made(organisation: RunningStandIn) -> None:
    hands = Hands(organisation.endpoint_url)

    happened = [live_a_day(hands, now=organisation.state.clock.now()) for _ in range(3)]

    assert any("was made in" in sentence for sentence in happened[2])
    assert any(arn.endswith("wayfare-integration-trial-3") for arn in state_of_keys(organisation))


def test_nothing_happens_in_the_future(organisation: RunningStandIn) -> None:
    live_a_day(Hands(organisation.endpoint_url), now=organisation.state.clock.now())

    assert all(use.at <= organisation.state.clock.now() for use in organisation.state.usage.recorded.values())
