"""What people can do: this list is the whole of it.

Each is one function with named arguments, one transaction and one line in the journal. None of them takes a stage: the
stage is computed from what AWS shows and from what is recorded here. `bulk` does the same to many candidates, and
`workload` corrects which of them belong together; `membership` says who is in which team,
`saved_view` which lists somebody comes back to.
"""

from iamdash.candidates.actions import bulk, membership, saved_view, workload
from iamdash.candidates.actions.block import block, unblock
from iamdash.candidates.actions.cadence import declare_cadence
from iamdash.candidates.actions.claim import (
    accept_offer,
    assign,
    claim,
    confirm,
    decline_offer,
    hand_over,
    release,
    take_over,
    withdraw_offer,
)
from iamdash.candidates.actions.close import close
from iamdash.candidates.actions.due_date import set_due_date
from iamdash.candidates.actions.errors import AlreadyClaimed, NotGone, NotPermitted, Refused
from iamdash.candidates.actions.exception import approve_exception, ask_exception, decline_exception, end_exception
from iamdash.candidates.actions.note import write_note
from iamdash.candidates.actions.replacement import link_role, unlink_role
from iamdash.candidates.actions.route import choose_route
from iamdash.candidates.actions.tracker import link_tracker, remove_tracker

__all__ = [
    "AlreadyClaimed",
    "NotGone",
    "NotPermitted",
    "Refused",
    "accept_offer",
    "approve_exception",
    "ask_exception",
    "assign",
    "block",
    "bulk",
    "choose_route",
    "claim",
    "close",
    "confirm",
    "declare_cadence",
    "decline_exception",
    "decline_offer",
    "end_exception",
    "hand_over",
    "link_role",
    "link_tracker",
    "membership",
    "release",
    "remove_tracker",
    "saved_view",
    "set_due_date",
    "take_over",
    "unblock",
    "unlink_role",
    "withdraw_offer",
    "workload",
    "write_note",
]
