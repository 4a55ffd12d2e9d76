"""Whether a page is HTML as the standard has it: for every page's tests."""

from collections import Counter

import html5lib


def problems_of(page: str) -> list[str]:
    """Return what a strict parser says against the page, and every id that stands there twice."""
    parser = html5lib.HTMLParser(strict=False)
    tree = parser.parse(page)
    errors = [f"line {position[0]}: {code} {data}" for position, code, data in parser.errors]
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    return errors + [f"id {name} stands there {count} times" for name, count in ids.items() if count > 1]
