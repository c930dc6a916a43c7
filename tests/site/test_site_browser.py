"""Every page in a real browser that reaches no other host: both colour schemes, both widths.

Each page is opened twice, as it is read: light from a server and dark from a folder. Screenshots
are left in _build/screenshots/: the first screen light and wide, the whole page dark and narrow.
"""

import re
import shutil
from pathlib import Path

import pytest

WIDTHS = {1280: 900, 360: 740}
SHOTS = {("light", 1280): 900, ("dark", 360): 65_000}  # as high as that; a JPEG is not higher
WAITING = ".bd-article > section section:not(.laid-out)"
READY = f"""async () => {{
    const late = '.bp-live:not(.bpx), {WAITING}';
    // a picture is not drawn, a section is not laid out, the theme's last script has not run
    while (document.querySelector(late) || !window.initToggleItems) {{
        await new Promise(requestAnimationFrame);
    }}
    await document.fonts.ready;
}}"""
TEXT = """() => {
    const copy = document.querySelector('article').cloneNode(true);
    const other = copy.querySelectorAll('pre, code, math, script, noscript');
    other.forEach((tag) => tag.remove());
    return copy.textContent;
}"""
# What live pictures say, to readers of the screen, too; their lines of Python stay.
SAID = """() => [...document.querySelectorAll('.bpx, .bpx *:not(pre)')].flatMap((tag) => [
    tag.getAttribute('aria-label') ?? '', tag.childElementCount ? '' : tag.textContent,
]).join('\\n')"""
# No colour fades any more, and boxes had two frames to find their size.
SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    document.getAnimations().forEach((fade) => fade.finish());
    await frame();
}"""
# Formulas that scroll, out of the keyboard's reach, also of what a reader has unfolded.
UNREACHABLE = """async () => {
    const folded = [...document.querySelectorAll('details:not([open])')];
    const hidden = [...document.querySelectorAll('.toggle-hidden')];
    for (const box of folded) box.open = true;
    for (const box of hidden) box.classList.remove('toggle-hidden');
    for (let k = 0; k < 2; k += 1) await new Promise(requestAnimationFrame);
    const found = [...document.querySelectorAll('.math')].filter((box) =>
        box.scrollWidth > box.clientWidth + 1 && box.clientWidth && box.tabIndex < 0
        && getComputedStyle(box).overflowX !== 'visible').map((box) => box.textContent);
    for (const box of folded) box.open = false;
    for (const box of hidden) box.classList.add('toggle-hidden');
    return found;
}"""
# Formulas, also of folded solutions, of which a part lies where no scrolling reaches it.
CUT = """() => {
    const folded = [...document.querySelectorAll('details:not([open])')];
    for (const box of folded) box.open = true;
    const cut = [...document.querySelectorAll('article .math > math')].filter((math) => {
        if (math.closest('.pst-scrollable-table-container')) return false;
        const inner = math.firstElementChild.getBoundingClientRect();
        const column = math.closest('div.math') ? math : document.querySelector('article');
        const outer = column.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1;
    });
    const left = (tag) => tag.getBoundingClientRect().left;
    const boxes = [...document.querySelectorAll('article div.math')];
    const hidden = boxes.filter((box) => left(box.querySelector('math')) < left(box) - 1);
    for (const box of folded) box.open = false;
    return [...cut, ...hidden].map((formula) => formula.textContent);
}"""
# Sliders that are too short for a finger.
SHORT = """() => [...document.querySelectorAll('.bpx input[type=range]')].filter(
    (range) => range.clientWidth && range.clientWidth < 90).map((range) => range.ariaLabel)"""
# What `check` has printed is read without scrolling.
WIDE = """() => [...document.querySelectorAll('.check-line')].filter((line) => {
    const right = (tag) => tag.getBoundingClientRect().right;
    return right(line) > right(line.closest('pre'));
}).map((line) => line.textContent)"""
# Words in a column so narrow that they stand in more than eight lines, also of what is folded.
SQUEEZED = """() => {
    const folded = [...document.querySelectorAll('details:not([open])')];
    for (const box of folded) box.open = true;
    const words = document.createRange();
    const found = [...document.querySelectorAll('article td')].filter((cell) => {
        words.selectNodeContents(cell);
        const lines = words.getBoundingClientRect().height;
        return cell.clientWidth < 160 && lines > 8 * parseFloat(getComputedStyle(cell).lineHeight);
    }).map((cell) => cell.textContent.trim());
    for (const box of folded) box.open = false;
    return found;
}"""
# The font of the formulas came with the page.
FONT = "[...document.fonts].some((font) => font.family === 'STIX2' && font.status === 'loaded')"
# What only slows axe down: the inside of formulas (MathML, of the sentence's colour) and of icons,
# and of words of one look in places of one look, such as tokens of code, those beyond the first.
LIGHTEN = """() => {
    for (const box of document.querySelectorAll('details')) box.open = true; // what is folded, too
    for (const box of document.querySelectorAll('.toggle-hidden')) {
        box.classList.remove('toggle-hidden');
    }
    for (const formula of document.querySelectorAll('math')) {
        formula.replaceWith(formula.textContent);
    }
    for (const line of document.querySelectorAll('svg :is(path, rect):not([role])')) line.remove();
    const bare = (tag) => tag.getAttributeNames().every((name) => name === 'class');
    const all = document.querySelectorAll('article :is(span, em, strong, code)');
    const words = [...all].filter(bare);
    const look = ['color', 'backgroundColor', 'fontSize', 'fontWeight', 'opacity', 'textShadow'];
    const kinds = new Map([[null, '']]);
    const kind = (tag) => {
        if (!kinds.has(tag)) {
            const style = getComputedStyle(tag);
            const own = [tag.tagName, tag.className, ...look.map((name) => style[name])];
            kinds.set(tag, [...own, kind(tag.parentElement)].join());
        }
        return kinds.get(tag);
    };
    words.forEach(kind); // all before any is taken out, which would have every style computed anew
    const seen = new Set();
    for (const word of words.reverse()) { // what stands inside another comes first
        if (!word.childElementCount && seen.has(kind(word))) word.replaceWith(word.textContent);
        else seen.add(kind(word));
    }
}"""
AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text(encoding="utf-8")
# Words in the very colour of their ground axe takes for hidden on purpose: "incomplete", it says.
SERIOUS = """async () => {
    const resultTypes = ['violations', 'incomplete'];
    const { violations, incomplete } = await axe.run({ resultTypes, preload: false });
    const equal = ({ any }) => any.some(({ data }) => data?.messageKey === 'equalRatio');
    const unseen = incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter(equal) }));
    const bad = [...violations, ...unseen]
        .filter(({ impact }) => ['serious', 'critical'].includes(impact));
    return bad.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}")
UNRENDERED = re.compile(r"\\[a-zA-Z]+|\$\$|\?\?|\{(eq|ref|numref|glue|doc|cite)\b|\[UNDEFINED|:::")


@pytest.fixture(scope="module")
def tabs(browser):
    """One tab for all pages of a kind: they start in half the time, as what they share is there."""
    return {"http": browser.new_page(), "file": browser.new_page()}


@pytest.fixture
def open_page(tabs):
    """Open pages; afterwards no request may have left this host, and the console must be clean."""
    asked, complaints = [], []
    heard = {
        "request": lambda request: asked.append(request.url),
        "requestfailed": lambda request: (
            (open_page.leaves and request.failure == "net::ERR_ABORTED")
            or complaints.append(f"failed: {request.url}")
        ),
        "response": lambda got: (
            got.ok or got.status == 304 or complaints.append(f"{got.status}: {got.url}")
        ),
        "pageerror": lambda error: complaints.append(str(error)),
        "console": lambda entry: entry.type == "error" and complaints.append(entry.text),
    }
    for tab in tabs.values():
        for event, note in heard.items():
            tab.on(event, note)

    def open_page(url, scheme="light"):
        tab = tabs[url.partition(":")[0]]
        tab.emulate_media(media="screen", color_scheme=scheme)
        tab.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})
        tab.goto(url)
        tab.evaluate(READY)
        return tab

    open_page.leaves = False  # a test that leaves a page: it takes back what it asked for
    yield open_page
    for tab in tabs.values():
        tab.wait_for_load_state()  # else the server writes into a closed connection
        for event, note in heard.items():
            tab.remove_listener(event, note)
        tab.goto("about:blank")  # what this page still asks for is not the next one's
    assert not [
        url for url in asked if not url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:"))
    ]
    assert not complaints, "\n".join(complaints)


def test_page(open_page, address, site, built_page):
    shots = site.parent / "screenshots"
    shots.mkdir(exist_ok=True)
    for scheme, folder in {"light": address, "dark": f"{site.as_uri()}/"}.items():
        tab = open_page(f"{folder}{built_page}.html", scheme)
        see_formulas(tab)
        assert not UNRENDERED.search(tab.evaluate(TEXT))
        move_pictures(tab)
        if built_page.startswith("zh/"):
            assert not ENGLISH.search(tab.evaluate(SAID))
        tab.evaluate("document.activeElement.blur(); scrollTo({ top: 0, behavior: 'instant' })")
        for width in WIDTHS:
            show(tab, scheme, width)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            assert tab.evaluate(UNREACHABLE) == []
            assert tab.evaluate(CUT) == []
            assert tab.evaluate(WIDE) == []
            assert tab.evaluate(SHORT) == []
            assert tab.evaluate(SQUEEZED) == []
            if (scheme, width) in SHOTS:
                name = f"{built_page.replace('/', '-')}-{scheme}-{width}.jpg"
                height = tab.evaluate("document.documentElement.scrollHeight")
                size = {"width": width, "height": min(height, SHOTS[scheme, width])}
                tab.screenshot(path=shots / name, full_page=True, clip={"x": 0, "y": 0} | size)
                assert (shots / name).stat().st_size
        for width, found in findings(tab, scheme):
            assert found == [], f"{scheme}, {width} px"


def test_the_accessibility_check_finds_what_is_planted(open_page, address):
    planted = """<style>[data-theme=dark] .planted em:last-of-type { color: #555 }</style>
        <p style='color: #999'>pale</p><button></button><img src='_static/logo.svg'>
        <p style='color: #898989; background: #888'>lost</p>
        <p class='planted'><em>as</em> <em>the</em> <em>rest</em>, <em>hardly</em></p>"""
    for scheme in ("light", "dark"):
        tab = open_page(f"{address}intro.html", scheme)
        tab.evaluate(
            "html => document.querySelector('article').insertAdjacentHTML('beforeend', html)",
            planted,
        )
        for _, found in findings(tab, scheme):
            kinds = {line.partition(":")[0] for line in found}
            assert kinds == {"color-contrast", "button-name", "image-alt"}
            assert any("lost" in line for line in found)
            assert any("pale" in line for line in found) == (scheme == "light")
            assert any("hardly</em>" in line for line in found) == (scheme == "dark")
        assert tab.locator(".planted em").count() == (2 if scheme == "dark" else 1)  # of each look


@pytest.mark.parametrize("name", ["genindex", "py-modindex", "prf-prf"])
def test_a_list_that_others_write_fits_a_telephone(open_page, address, name):
    tab = open_page(f"{address}{name}.html")
    for width in (360, 320):
        tab.set_viewport_size({"width": width, "height": WIDTHS[360]})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_way_back_to_the_top_can_be_read(open_page, address, scheme):
    tab = open_page(f"{address}chapters/references.html")
    show(tab, scheme, 360)
    for place in (900, 300):
        tab.evaluate(f"scrollTo({{ top: {place}, behavior: 'instant' }})")
        tab.evaluate(SETTLED)
    button = tab.get_by_role("button", name="Back to top")
    button.wait_for()
    tab.evaluate(AXE)
    assert tab.evaluate(SERIOUS) == []
    button.hover()
    tab.evaluate(SETTLED)
    assert tab.evaluate(SERIOUS) == []
    button.click()
    tab.wait_for_function("() => scrollY === 0")


def findings(tab, scheme):
    """Give what is serious to axe at each width."""
    tab.evaluate(LIGHTEN)
    tab.evaluate(AXE)
    for width in reversed(WIDTHS):
        show(tab, scheme, width)
        yield width, tab.evaluate(SERIOUS)


def show(tab, scheme, width):
    """Show the page in a scheme and a width."""
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": width, "height": WIDTHS[width]})
    tab.locator(f"html[data-theme={scheme}]").wait_for()
    tab.evaluate(SETTLED)


def see_formulas(tab):
    """See that every formula is MathML, and drawn in its font."""
    formulas = tab.locator(".math").count()
    assert tab.locator(".math:has(> math)").count() == formulas
    assert tab.evaluate(FONT) or not formulas


def move_pictures(tab):
    """Move the first control of each live picture by keyboard: state and spoken value change."""
    for picture in tab.locator(".bpx").all():
        control = picture.locator("input[type=range]:visible").first
        if not control.count():
            continue
        assert picture.get_attribute("aria-label")
        assert control.get_attribute("aria-label")
        before = picture.evaluate("one => one.picture().state")
        spoken = control.get_attribute("aria-valuetext")
        at_end = control.evaluate("one => one.value === one.max")
        control.focus()
        tab.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        assert picture.evaluate("one => one.picture().state") != before
        assert control.get_attribute("aria-valuetext") != spoken


def test_search_finds_a_chapter(open_page, address):
    tab = open_page(f"{address}search.html?q=delta+recursion")
    tab.locator("#search-results li a[href*='08_delta_recursion']").first.wait_for()


@pytest.mark.parametrize("query", ["交叉熵", "反向传播算法"])
def test_search_in_chinese(open_page, address, query):
    """A term of the book, and words that no page need have in a row."""
    tab = open_page(f"{address}zh/search.html?q={query}")
    tab.locator("#search-results li a[href*='chapters/']").first.wait_for()
    tab.locator("#search-results li").nth(3).wait_for()  # they come one by one


def test_the_other_language_shows_the_same_section(open_page, address):
    open_page.leaves = True
    tab = open_page(f"{address}chapters/08_delta_recursion.html")
    assert (
        tab.locator("a.language").get_attribute("href") == "../zh/chapters/08_delta_recursion.html"
    )
    for folder in ("/zh/", "/book/"):
        tab.evaluate("location.hash = 'sec-what-delta-is'")
        tab.evaluate("document.querySelector('a.language').click()")  # a mouse would scroll first
        tab.wait_for_url(f"**{folder}chapters/08_delta_recursion.html#what-is")
        tab.evaluate(READY)


def test_search_dialog_can_be_sent_without_a_keyboard(open_page, address):
    tab = open_page(f"{address}intro.html")
    tab.get_by_role("button", name="Search").first.click()
    tab.locator("#pst-search-dialog input").fill("cross-entropy")
    tab.locator("#pst-search-dialog").get_by_role("button", name="Search").click()
    tab.wait_for_url("**/search.html?q=cross-entropy")
    tab.locator("#search-results li").first.wait_for()


def test_print_shows_the_picture_and_no_control(open_page, address):
    tab = open_page(f"{address}intro.html")
    tab.emulate_media(media="print")
    assert tab.locator(".bpx-pictures svg:visible").count() > 1
    assert tab.locator(".bpx :is(input, button, select):visible").count() == 0


def test_a_picture_that_waits_is_drawn_when_it_is_near_or_printed(browser, address):
    tab = browser.new_page()
    tab.add_init_script("requestIdleCallback = () => 0")  # there is never time
    tab.goto(f"{address}chapters/04_gradient_descent.html")
    late = tab.locator(".bp-live:not(.bpx)")
    late.first.evaluate("one => { one.dataset.next = ''; one.scrollIntoView(); }")
    tab.locator("[data-next].bpx").wait_for()
    assert late.count()
    tab.pdf()
    assert late.count() == 0
    tab.close()


def test_a_page_stands_before_the_theme_is_at_work(browser, address):
    tab = browser.new_page()
    never = "const later = setTimeout; setTimeout = (act, ms) => ms === 4000 ? 0 : later(act, ms)"
    tab.add_init_script(f"requestIdleCallback = () => 0; {never}")  # there is no time
    tab.goto(f"{address}chapters/10_worked_example.html")
    tab.locator(".bpx svg").first.wait_for()
    assert tab.evaluate("[typeof bootstrap, typeof initToggleItems]") == ["undefined"] * 2
    folded = tab.locator(".admonition.dropdown > .admonition-title ~ *")
    assert folded.count() > 4
    assert not any(part.is_visible() for part in folded.all())
    tab.evaluate("startOthers()")
    tab.locator(".toggle-button").last.click()  # when it is there
    assert tab.evaluate("[typeof bootstrap, typeof initToggleItems]") == ["object", "function"]
    assert folded.last.is_visible()
    tab.close()


@pytest.mark.parametrize("lost", ["**/togglebutton.js*", "**/_images/**"])
def test_what_is_folded_can_be_read_where_something_never_comes(browser, address, lost):
    """A script that fails leaves all open; an image that hangs keeps no script."""
    tab = browser.new_page()
    tab.route(lost, lambda route: route.abort() if "toggle" in lost else None)
    tab.goto(f"{address}chapters/10_worked_example.html", wait_until="commit")
    if "toggle" in lost:
        tab.locator("html.unfolded").wait_for()
    else:
        tab.locator(".toggle-button").last.click()  # when it is there
    assert tab.locator(".admonition.dropdown > .admonition-title ~ *").last.is_visible()
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_begins_in_the_colours_of_the_system(browser, address, scheme):
    tab = browser.new_page(color_scheme=scheme)
    tab.route("**/*.js*", lambda route: route.abort())  # before the theme's script has come
    tab.goto(f"{address}intro.html")
    assert tab.locator("html").get_attribute("data-theme") == scheme
    tab.close()


def test_without_scripts_there_is_a_still_picture(browser, address):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}intro.html")
    stills = tab.locator("img.bp-frame").all()
    assert len(stills) == tab.locator(".bp-live").count() == 2
    for still in stills:
        assert still.is_visible()
        assert still.get_attribute("alt")
    context.close()


def test_an_old_address_goes_to_the_new_page(open_page, address):
    open_page.leaves = True
    tab = open_page(f"{address}chapters/01_notation.html#sec-rosetta")
    tab.wait_for_url("**/chapters/layouts.html#sec-rosetta")


def test_search_from_a_folder(open_page, site):
    tab = open_page((site / "search.html").as_uri() + "?q=delta+recursion")
    tab.locator("#search-results li a[href*='08_delta_recursion']").first.wait_for()


def test_buttons_of_the_header_work(open_page, address):
    tab = open_page(f"{address}chapters/01_notation.html")
    tab.evaluate("window.print = () => { window.printed = true; }")
    tab.locator(".dropdown-download-buttons button").first.click()
    tab.locator("[data-call='window.print()']").click()
    assert tab.evaluate("window.printed")
    assert tab.locator("[data-call]").count() == 2
    tab.locator("[data-call='toggleFullScreen()']").click()
    tab.wait_for_function("() => document.fullscreenElement")


def stay(links):
    """Whether a page that looks for the target of its links keeps them, for a while at least."""
    links.page.wait_for_timeout(500)
    return links.count() > 0


def go(links):
    """Wait until it has taken them away."""
    links.first.wait_for(state="detached")


def live_links(tab):
    """Links to live Python that a page shows."""
    return tab.locator("a[href*='lite/notebooks/index.html']")


def test_live_python_is_offered_where_it_is(open_page, address, site, browser):
    """From a folder, or in a site without it, no button leads nowhere."""
    pages = ("chapters/08_delta_recursion.html", "chapters/assignments.html")
    for name in pages:
        assert stay(live_links(open_page(f"{address}{name}")))
        go(live_links(open_page((site / name).as_uri())))
    context = browser.new_context()
    context.route("**/lite/**", lambda route: route.fulfill(status=404))
    for name in pages:
        tab = context.new_page()
        tab.goto(f"{address}{name}")
        go(live_links(tab))
        assert tab.locator(".dropdown-launch-buttons").count() == 0
        assert tab.get_by_text("JupyterLite").count() >= (name != pages[0])
    context.close()


# What the page and its scripts say of their own, seen or read out; a book's title may be English.
LABELS = """() => ['aria-label', 'title', 'placeholder', 'data-toggle-hint'].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)]
        .filter((tag) => !tag.closest('pre, math, [lang=en], head, a.reference'))
        .map((tag) => tag.getAttribute(name)))"""


@pytest.mark.parametrize("name", ["intro", "search", "chapters/03_loss", "chapters/glossary"])
def test_chinese_pages_have_no_english_labels(open_page, site, name):
    tab = open_page((site / "zh" / f"{name}.html").as_uri())
    labels = [label for label in tab.evaluate(LABELS) if re.search("[A-Za-z]{3}", label)]
    assert [label for label in labels if not re.search("[一-鿿]", label)] == []


@pytest.mark.parametrize("name", ["intro.html", "zh/chapters/08_delta_recursion.html"])
def test_the_other_language_is_offered_where_it_is(browser, address, site, tmp_path, name):
    """From a server and from a folder; not where it was not built."""
    own = tmp_path / "site"
    other = "zh" if not name.startswith("zh/") else "[!z]*"
    shutil.copytree(site, own, ignore=shutil.ignore_patterns("lite", "notebooks"))
    tab = browser.new_page()
    for place in (f"{address}{name}", (own / name).as_uri()):
        tab.goto(place)
        assert stay(tab.locator("a.language"))
    for path in own.glob(other):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    tab.reload()
    go(tab.locator("a.language"))
    tab.close()


def test_live_notebook_opens_and_asks_only_for_pyodide(browser, address):
    context = browser.new_context()
    tab = context.new_page()
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}lite/notebooks/index.html?path=chapters/08_delta_recursion.ipynb")
    tab.get_by_text("%pip install").first.wait_for()
    tab.get_by_role("heading", name="recursion").first.wait_for()
    context.close()
    others = [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert all("/pyodide/" in url for url in others)


ARRIVED = f"""(id) => !document.querySelector('{WAITING}')
    && Math.abs(document.getElementById(id)?.getBoundingClientRect().top) < 150"""


def arrive(tab, anchor):
    """Wait until the page stands at an anchor."""
    tab.wait_for_function(ARRIVED, arg=anchor)


@pytest.mark.parametrize("anchor", ["equation-eq-bp4", "ex-delta-recall"])
def test_a_jump_arrives_though_sections_wait_for_their_layout(open_page, address, anchor):
    open_page.leaves = True
    page = f"{address}chapters/08_delta_recursion.html"
    tab = open_page(f"{page}#{anchor}")
    arrive(tab, anchor)
    tab.goto("about:blank")
    tab.goto(page, wait_until="commit")
    tab.wait_for_selector(f"#{anchor}", state="attached")
    tab.evaluate(f"location.hash = '{anchor}'")
    arrive(tab, anchor)


LAST = (
    "[...document.querySelectorAll('.bd-article section p')].findLast((p) => !p.closest('details'))"
)


@pytest.fixture
def waiting(browser, address):
    """Open a page whose sections wait for their layout for good: the browser is never idle."""
    context = browser.new_context()
    context.add_init_script("window.requestIdleCallback = () => {}")
    tab = context.new_page()
    tab.goto(f"{address}chapters/08_delta_recursion.html")
    assert tab.locator(WAITING).count() > 20
    yield tab
    context.close()


def test_what_waits_for_its_layout_is_found(waiting):
    words = waiting.evaluate(f"{LAST}.textContent.trim().slice(0, 30)")
    waiting.keyboard.press("Control+f")  # the browser's own dialogue is not drawn here
    assert waiting.evaluate("words => find(words)", words)
    top = "getSelection().getRangeAt(0).getBoundingClientRect().top"
    waiting.wait_for_function(f"() => {top} >= 0 && {top} <= {WIDTHS[1280]}")  # it scrolls smoothly


def test_what_waits_for_its_layout_is_printed(waiting):
    shown = f"{LAST}.checkVisibility({{ contentVisibilityAuto: true }})"
    assert not waiting.evaluate(shown)
    waiting.emulate_media(media="print")
    waiting.wait_for_function(f"() => {shown}")  # with the next frame


def test_a_link_from_another_page_arrives(open_page, address):
    open_page.leaves = True
    tab = open_page(f"{address}chapters/08_delta_recursion.html")
    tab.goto(f"{address}intro.html")
    tab.evaluate("""() => { const link = document.createElement("a");
        link.href = "chapters/08_delta_recursion.html#equation-eq-bp4";
        document.body.append(link);
        link.click(); }""")
    tab.wait_for_url("**/08_delta_recursion.html#equation-eq-bp4")
    arrive(tab, "equation-eq-bp4")


@pytest.mark.parametrize("way", ["go_back", "reload"])
def test_a_page_that_is_opened_again_stands_where_it_was_left(open_page, address, way):
    open_page.leaves = True
    tab = open_page(f"{address}chapters/08_delta_recursion.html")
    place = "document.querySelector('[id=\"equation-eq-bp4\"]')"
    tab.evaluate(f"{place}.scrollIntoView({{ behavior: 'instant' }})")
    tab.evaluate(SETTLED)  # the browser notes where the page stands
    if way == "go_back":
        tab.goto(f"{address}intro.html")
    getattr(tab, way)()
    arrive(tab, "equation-eq-bp4")
