"""Walking AWS's lists to their end, page by page. A list that does not end properly is Malformed as a whole."""

from collections.abc import Iterator
from typing import Any

from iamdash.aws.answers import Answer, text
from iamdash.aws.errors import Malformed
from iamdash.aws.session import AwsSession


def iam_pages(session: AwsSession, action: str, **parameters: Any) -> Iterator[Answer]:
    """Yield the pages of an IAM list (IsTruncated and Marker). Raises READ_ERRORS, also after the first pages."""
    seen: set[str] = set()
    page = session.read(action, **parameters)
    while page.get("IsTruncated"):
        marker = _new(text(page, "Marker"), seen)
        yield page
        page = session.read(action, Marker=marker, **parameters)
    if page.get("Marker"):
        raise Malformed("it says that the list has ended, and where it goes on.")
    yield page


def eks_pages(session: AwsSession, action: str, member: str, *, region: str, **parameters: Any) -> Iterator[Answer]:
    """Yield the pages of an EKS list (nextToken), each with `member`. Raises READ_ERRORS, also after the first pages.

    botocore takes a body that is no JSON for an empty answer, so that the member has to be there.
    """
    seen: set[str] = set()
    more: dict[str, str] = {}
    while True:
        page = session.read(action, region=region, **more, **parameters)
        if member not in page:
            raise Malformed(f"{member} is missing.")
        yield page
        if not page.get("nextToken"):
            return
        more = {"nextToken": _new(text(page, "nextToken"), seen)}


def _new(marker: str, seen: set[str]) -> str:
    if marker in seen:
        raise Malformed("the list leads back to a page that was read before.")
    seen.add(marker)
    return marker
