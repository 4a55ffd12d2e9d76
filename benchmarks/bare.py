"""`python -m benchmarks.bare < CALLS`: bare boto3 making the same calls one after the other; its cost as JSON.

Start-up is apart here too: the clients are open, and have asked one question, before the measuring begins.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

import boto3
from botocore import xform_name

from benchmarks.account import ACCOUNT
from benchmarks.cost import cost
from benchmarks.sync import act_in

FIRST_QUESTIONS = {"iam": "list_account_aliases", "sts": "get_caller_identity"}


def main() -> None:
    """Make the calls and print what they cost."""
    act_in(ACCOUNT)
    clients: dict[str, Any] = {}
    for service, question in FIRST_QUESTIONS.items():
        clients[service] = boto3.client(service, region_name="eu-west-1")
        getattr(clients[service], question)()
    calls = json.load(sys.stdin)
    with cost() as measured:
        for action, parameters in calls:
            service, _, operation = action.partition(":")
            getattr(clients[service], xform_name(operation))(**parameters)
    sys.stdout.write(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
