"""Answers spoilt on their way out: cut in the middle, leading back to an earlier page, or another account's."""

import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from iamdash.demo.stand_in.call import Call

if TYPE_CHECKING:
    from iamdash.demo.stand_in.faults import Fault

NEXT_PAGE = re.compile(r"<Marker>.*?</Marker>|<Marker */>|<IsTruncated>\w+</IsTruncated>", re.DOTALL)
REPORT = re.compile(r"(?<=<Content>).*?(?=</Content>)", re.DOTALL)
STRANGER = "999999999999"


def spoil(fault: "Fault", call: Call, account_id: str, response: Response) -> None:
    """Spoil a response in the manner of the fault; a fault of another kind leaves it as it is."""
    body = response.get_data(as_text=True)
    match fault.kind:
        case "garble":
            response.set_data(_garbled(body))
        case "repeat" if marker := call.parameters.get("Marker"):
            response.set_data(_leading_back(body, call.action, str(marker)))
        case "stranger":
            response.set_data(body.replace(account_id, STRANGER))


def _garbled(body: str) -> str:
    """Return the body cut in the middle; of a credential report the CSV is, in an answer that is whole."""
    report = REPORT.search(body)
    if report is None:
        return body[: len(body) // 2]
    csv = b64decode(report.group())
    return REPORT.sub(b64encode(csv[: len(csv) * 2 // 3]).decode(), body)


def _leading_back(body: str, action: str, marker: str) -> str:
    """Return a page whose marker is the one that it was asked with."""
    members = f"<IsTruncated>true</IsTruncated><Marker>{escape(marker)}</Marker>"
    end = f"</{action}Result>"
    return NEXT_PAGE.sub("", body).replace(end, members + end)
