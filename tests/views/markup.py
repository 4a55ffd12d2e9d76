"""Whether a page is HTML as the standard has it, and tables stay tables: for every page's tests."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element

import html5lib

CARDS = {"cards", "stacked"}
XHTML = "{http://www.w3.org/1999/xhtml}"
OF_TABLES = {f"{XHTML}{name}" for name in ("table", "thead", "tbody", "tr", "th", "td")}


def problems_of(page: str) -> list[str]:
    """Return what a strict parser says against the page, every id that stands there twice, and tables that are lost."""
    parser = html5lib.HTMLParser(strict=False)
    tree = parser.parse(page)
    errors = [f"line {position[0]}: {code} {data}" for position, code, data in parser.errors]
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    errors += [f"id {name} stands there {count} times" for name, count in ids.items() if count > 1]
    return [*errors, *_without_role(tree)]


def _without_role(tree: Element) -> Iterator[str]:
    """Yield what is no table to a screen reader once a phone shows its rows as cards, as it does not say what it is."""
    for table in tree.iter(f"{XHTML}table"):
        if CARDS.intersection((table.get("class") or "").split()):
            for element in table.iter():
                if element.tag in OF_TABLES and not element.get("role"):
                    words = "".join(element.itertext()).strip()
                    yield f"{element.tag.removeprefix(XHTML)} without a role: {words[:60]}"


def next_page(page: str) -> str:
    """Return where the link to the next page of a list leads."""
    (address,) = re.findall(r'rel="next" href="([^"]+)"', page)
    return unescape(address)
