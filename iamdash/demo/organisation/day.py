"""One more day in Wayfare's AWS: keys are used, somebody deactivates one, somebody deletes a user, something new comes.

The day is squeezed into the last minutes, because iamdash lives in the real time: AWS shows nothing from tomorrow.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from iamdash.demo.organisation.accounts import ENVIRONMENTS, INTEGRATION, TOOLS, Account
from iamdash.demo.organisation.hands import Hands

# Not DATA: without a credential report keys are asked for every four hours, and the next sync may not show the day.
WITH_A_REPORT = (*ENVIRONMENTS, TOOLS)
KEYS_USED_EACH_DAY = 25
LONG_QUIET = timedelta(days=21)
NEW_USER_EVERY_DAYS = 3


@dataclass(frozen=True)
class Slot:
    """A key as the credential report shows it: no ID, but its place, and since when nothing used it."""

    active: bool
    quiet_since: datetime


@dataclass(frozen=True)
class KeyHolder:
    """A user that has keys."""

    account: Account
    user_name: str
    slots: tuple[Slot, ...]

    def __str__(self) -> str:
        return f"{self.user_name} in {self.account.name}"

    @property
    def has_active_key(self) -> bool:
        """Say whether a key is active."""
        return any(slot.active for slot in self.slots)

    def long_quiet(self, now: datetime) -> bool:
        """Say whether nothing has used any of its keys for weeks."""
        return all(now - slot.quiet_since > LONG_QUIET for slot in self.slots)


def live_a_day(hands: Hands, *, now: datetime) -> list[str]:
    """Make a day happen in the stand-in and return what happened, a sentence each."""
    holders = _key_holders(hands)
    # The report that was just read grows a day older, so that the next sync has a new one made.
    day = int(hands.control("POST", "day")["days_passed"])
    chance = Random(f"wayfare/day {day}")

    happened = [_use_keys(hands, chance, holders, now)]
    happened += _deactivate_one(hands, chance, holders, now)
    happened += _delete_one(hands, chance, holders, now)
    if day % NEW_USER_EVERY_DAYS == 0:
        name = f"wayfare-integration-trial-{day}"
        hands.make_user(INTEGRATION, name, createdby="kim.linden")
        happened.append(f"{name} was made in {INTEGRATION.name}, with an access key.")
    return happened


def _key_holders(hands: Hands) -> list[KeyHolder]:
    """Return every user that has a key, from credential reports of this moment."""
    hands.control("POST", "reports", account_ids=[account.account_id for account in WITH_A_REPORT])
    return [holder for account in WITH_A_REPORT for holder in _read_report(hands, account)]


def _read_report(hands: Hands, account: Account) -> list[KeyHolder]:
    content = hands.iam(account).get_credential_report()["Content"].decode()
    _root, *rows = csv.DictReader(io.StringIO(content))
    holders = [KeyHolder(account, row["user"], tuple(_slots(row))) for row in rows]
    return [holder for holder in holders if holder.slots]


def _slots(row: dict[str, str]) -> list[Slot]:
    slots = []
    for number in (1, 2):
        made_at, used_at = row[f"access_key_{number}_last_rotated"], row[f"access_key_{number}_last_used_date"]
        if made_at != "N/A":
            quiet_since = datetime.fromisoformat(made_at if used_at == "N/A" else used_at)
            slots.append(Slot(row[f"access_key_{number}_active"] == "true", quiet_since))
    return slots


def _use_keys(hands: Hands, chance: Random, holders: Sequence[KeyHolder], now: datetime) -> str:
    """Let the daily jobs run: those whose key was used in the last week, and not within the hour."""
    due = [
        (holder, place)
        for holder in holders
        for place, slot in enumerate(holder.slots)
        if slot.active and timedelta(hours=1) < now - slot.quiet_since < timedelta(days=7)
    ]
    chosen = chance.sample(due, min(KEYS_USED_EACH_DAY, len(due)))
    for holder, place in chosen:
        # The report's places follow the key IDs.
        access_key_id = sorted(hands.access_key_ids(holder.account, holder.user_name))[place]
        at = now - timedelta(minutes=chance.randint(1, 9))
        hands.key_was_used(access_key_id, chance.choice(["s3", "sts", "ses"]), at=at)
    return f"{len(chosen)} keys were used by jobs that run once a day or less; the busy ones move by themselves."


def _deactivate_one(hands: Hands, chance: Random, holders: Sequence[KeyHolder], now: datetime) -> list[str]:
    """Let somebody deactivate the keys of a user that has long been quiet."""
    quiet = [holder for holder in holders if holder.has_active_key and holder.long_quiet(now)]
    if not quiet:
        return []
    holder = chance.choice(quiet)
    hands.deactivate(holder.account, holder.user_name)
    return [f"The keys of {holder} were deactivated."]


def _delete_one(hands: Hands, chance: Random, holders: Sequence[KeyHolder], now: datetime) -> list[str]:
    """Let somebody delete a user whose keys were inactive before this day."""
    inactive = [holder for holder in holders if not holder.has_active_key and holder.long_quiet(now)]
    if not inactive:
        return []
    holder = chance.choice(inactive)
    hands.delete_user(holder.account, holder.user_name)
    return [f"{holder} was deleted, with its keys."]
