"""How quick the pages are: frames of the front page's playground, and when a page stands.

``python -m benchmarks.live`` opens the built site in Chromium, as fast as this machine is and with
its processor slowed four times. A page stands when its live pictures and all formulas on the first
screen have been painted.
"""

import contextlib
import functools
import http.server
import shutil
import statistics
import threading
from collections.abc import Iterator
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
SLOWED = (1, 4)
TIMES = 3  # each page; the median counts
SECONDS = 4  # of play
# Scripts are deferred: at this event all have run. Pictures on the screen are drawn soon after it;
# two frames later the screen shows them.
STANDS = """addEventListener("DOMContentLoaded", () => {
    const late = (one) => !one.matches('.bpx') && one.getBoundingClientRect().top < innerHeight;
    let frames = 0;
    const look = () => {
        frames = [...document.querySelectorAll('.bp-live')].some(late) ? 0 : frames + 1;
        if (frames > 2) document.documentElement.dataset.stands = performance.now() / 1000;
        else requestAnimationFrame(look);
    };
    look();
})"""
PLAYGROUND = ".bp-live:has(select[aria-label='hidden units'])"


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve the built site on this machine; give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object, **words: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=ROOT / "_build" / "html")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def opened(browser: Browser, address: str, slowed: int) -> Iterator[Page]:
    """Open a page, with nothing in the browser's cache, and wait until it stands."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.add_init_script(STANDS)
    page.goto(address)
    page.wait_for_selector("[data-stands]")  # a function would be refused by the page's policy
    yield page
    context.close()


def frames(page: Page) -> float:
    """Play the playground of the front page, 2-8-1 on its 100 points: frames a second."""
    picture = page.locator(PLAYGROUND).first
    picture.scroll_into_view_if_needed()
    picture.get_by_label("hidden units").select_option(label="8")
    picture.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1000)
    count = f'document.querySelector("{PLAYGROUND}").dataset.frames'
    count = f"[Number({count}), performance.now()]"
    first, began = page.evaluate(count)
    page.wait_for_timeout(1000 * SECONDS)
    last, ended = page.evaluate(count)
    return 1000 * (last - first) / (ended - began)


def main() -> None:
    """Print both tables."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play, served() as site:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        print("frames a second on the front page")
        for slowed in SLOWED:
            with opened(browser, f"{site}/{toc['root']}.html", slowed) as page:
                print(f"  processor slowed {slowed} times: {frames(page):.1f}")
        print("seconds until a page stands", *(f"slowed {slowed} times" for slowed in SLOWED))
        for name in (toc["root"], *parts):
            medians = []
            for slowed in SLOWED:
                each = []
                for _ in range(TIMES):
                    with opened(browser, f"{site}/{name}.html", slowed) as page:
                        each.append(float(page.get_attribute("html", "data-stands") or "nan"))
                medians.append(statistics.median(each))
            print(f"  {name:40}", *(f"{seconds:8.2f}" for seconds in medians))
        browser.close()


if __name__ == "__main__":
    main()
