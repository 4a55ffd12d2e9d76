"""Take the README's pictures of the demo that is running: `python -m tests.browser.pictures ADDRESS`.

The organisation is always the same, and so are the people, the pages and the sizes; only the dates move on. A picture
becomes WebP in the browser, which can write it: nothing else is needed.
"""

import argparse
import base64
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.chromium import NoChromiumError, find

PICTURES = Path(__file__).parents[2] / "docs/pictures"
PASSWORD = "retire every key"
LEAD, ENGINEER = "robin.ash@wayfare.example", "alex.fern@wayfare.example"
AS_WEBP = """async ([picture, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({type: "image/webp", quality})).arrayBuffer());
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}"""
QUALITY = 0.8


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it. `follow`: the link of it that leads to what is shown; `top`: where it begins.

    What the invented organisation cannot read is told above every page; one picture of that is enough.
    """

    name: str
    person: str
    path: str
    follow: str = ""
    width: int = 1280
    height: int = 860
    top: str = "body"


SHOWN = (
    Picture("overview", LEAD, "/", height=1180),
    Picture("candidates", ENGINEER, "/candidates/?view=mine", top=".page-head"),
    Picture(
        "next-step", ENGINEER, "/candidates/?q=production-content-publisher", "content-publisher-app", top=".crumbs"
    ),
    Picture("phone", ENGINEER, "/candidates/?view=mine", width=390, height=780, top=".page-head"),
)


def main() -> int:
    """Take all of them, each in light and in dark; return 1 where there is no demo to take them of."""
    parser = argparse.ArgumentParser(prog="tests.browser.pictures", description="The README's pictures.")
    parser.add_argument("address", help="of the demo, as it printed it")
    address = parser.parse_args().address
    try:
        chromium = find()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.path, chromium_sandbox=False, env={**os.environ, **chromium.environment}
            )
            for name, picture in _taken(browser, address):
                (PICTURES / name).write_bytes(picture)
                sys.stdout.write(f"docs/pictures/{name}: {len(picture) / 1024:.0f} KiB\n")
            browser.close()
    except (NoChromiumError, Error) as problem:
        sys.stderr.write(f"{problem}\nIs the demo running at {address}? Start it with make demo.\n")
        return 1
    return 0


def _taken(browser: Browser, address: str) -> Iterator[tuple[str, bytes]]:
    darkroom = browser.new_page()
    for theme in ("light", "dark"):
        for shown in SHOWN:
            page = browser.new_page(
                base_url=address,
                color_scheme=theme,
                reduced_motion="reduce",
                viewport={"width": shown.width, "height": shown.height},
            )
            _open(page, shown)
            as_png = base64.b64encode(_shot(page, shown)).decode()
            yield f"{shown.name}.{theme}.webp", base64.b64decode(darkroom.evaluate(AS_WEBP, [as_png, QUALITY]))
            page.close()


def _open(page: Page, shown: Picture) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(shown.person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(shown.path)
    if shown.follow:
        page.get_by_role("link", name=shown.follow).first.click()
        page.wait_for_load_state()


def _shot(page: Page, shown: Picture) -> bytes:
    top = page.locator(shown.top).first.evaluate("each => Math.max(0, each.getBoundingClientRect().top - 16)")
    page.set_viewport_size({"width": shown.width, "height": int(top) + shown.height})
    return page.screenshot(clip={"x": 0, "y": int(top), "width": shown.width, "height": shown.height})


if __name__ == "__main__":
    sys.exit(main())
