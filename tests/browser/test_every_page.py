"""Every page and every state of it that matters: both themes, three widths, by keyboard, on paper, and as HTML."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.browser.states import candidate_of, every_state, nothing_yet, year_of_counts

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [(width, theme) for width in (1440, 390, 320) for theme in ("light", "dark")]
# WCAG 2.2, 1.4.12: what a reader may set, and no page may break by. A sheet of our own making, as the policy wants it.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
                     p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
STICKING_OUT = """() => {
  const root = document.documentElement, scrolled = root.scrollWidth > innerWidth;
  const scrolls = each => each && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
  const wide = each => each.getBoundingClientRect().right > innerWidth && !scrolls(each.parentElement);
  const page = scrolled ? [root, ...[...document.querySelectorAll("body *")].filter(wide)] : [];
  const boxes = [...document.querySelectorAll(".scroll:has(> .stacked)")];
  const full = boxes.filter(box => box.scrollWidth > box.clientWidth);
  return [...page, ...full].map(each => `${each.outerHTML.split(">")[0]}> is too wide`);
}"""
# In its middle it is what is on top there; of what is wider than the window, in the middle of the window.
HIDDEN = """async () => {
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const it = document.activeElement, box = it.getBoundingClientRect();
  const there = document.elementFromPoint(box.x + Math.min(box.width, innerWidth) / 2, box.y + box.height / 2);
  return it === document.body || it.contains(there) || there?.contains(it) ? null : it.outerHTML;
}"""


def overflow(page: Page) -> list[str]:
    """Return what sticks out of the page, if it can be scrolled sideways."""
    return page.evaluate(STICKING_OUT)


@pytest.mark.parametrize("of", ["candidates", "lists", "others", "nothing yet"])
def test_pages_are_accessible_in_both_themes_and_at_every_width_and_never_scroll_sideways(
    open_page: OpenPage, violations: Callable[[Page], list[str]], of: str
) -> None:
    states = nothing_yet() if of == "nothing yet" else every_state()
    page, found = open_page(states.paths[of][0], person=states.person), []
    for path in states.paths[of]:
        page.goto(path)
        page.locator("main details").evaluate_all("all => all.forEach(each => each.open = true)")
        for width, theme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            found += [f"{path} {theme} {width}: {each}" for each in violations(page)]
            found += [f"{path} {width}: {each}" for each in overflow(page)]
        page.evaluate(SPACING)
        found += [f"{path} with more space in its text: {each}" for each in overflow(page)]

    assert not found, "\n".join(found)


def test_what_has_the_focus_can_be_seen_all_the_way_down(open_page: OpenPage) -> None:
    person = organisation()
    page, hidden = open_page("/candidates/", person=person, size=(390, 844)), []
    for path in ("/candidates/", "/", f"/candidates/{candidate_of('fastly-logs-writer').pk}/"):
        page.goto(path, wait_until="networkidle")
        # The bar of what can be done to ticked rows sticks to the bottom of the list.
        page.evaluate("document.querySelectorAll('tbody input').forEach(each => each.click())")
        for _ in range(60):
            page.keyboard.press("Tab")
            hidden.append(page.evaluate(HIDDEN))

    assert [each for each in hidden if each] == []


def test_without_colours_of_our_own_a_tag_a_chip_and_the_current_tab_keep_their_outlines(open_page: OpenPage) -> None:
    page = open_page("/components/", person=organisation())
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    width = "(each, side) => getComputedStyle(each)[`border${side}Width`]"
    colour = "each => getComputedStyle(each).borderBottomColor"

    for name in (".tag", ".chip", ".button"):
        assert page.locator(f"main {name}").first.evaluate(width, "Top") == "1px", name
    for bar in (".views", ".mainnav"):
        assert page.locator(f"{bar} a[aria-current]").evaluate(colour) != page.locator(
            f"{bar} a:not([aria-current])"
        ).first.evaluate(colour)
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_overview_is_printed_on_one_page(open_page: OpenPage) -> None:
    person = organisation()
    year_of_counts()

    paper = open_page("/", person=person).pdf(format="A4", prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
