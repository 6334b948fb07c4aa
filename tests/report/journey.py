"""Opens reports as an analyst does, in headless Chromium, and checks what they do.

In: the program, a folder of runs, a run with hostile names; out: PNGs beside the reports, or an error that names what broke.
No page may say anything on the console or ask the network for anything.
"""

import argparse
import csv
import pathlib
import re
import subprocess
import sys
import tempfile

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from hostile import HOSTILE

CHECKS = 0


def check(holds, what):
    global CHECKS
    CHECKS += 1
    if not holds:
        raise SystemExit(f"FAILED: {what}")


def typed(shown):
    """The name that the program shows so."""
    short = {"n": "\n", "r": "\r", "t": "\t"}
    return re.sub(
        r"\\(?:([nrt])|u\{([0-9a-fA-F]{1,6})\})", lambda m: short[m[1]] if m[1] else chr(int(m[2], 16)), shown
    )


class Page:
    """A report in the browser, with everything that it said or asked for."""

    def __init__(self, browser, run, **context):
        self.run = run
        self.said, self.asked = [], []
        self.context = browser.new_context(accept_downloads=True, **context)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto((run / "report.html").as_uri())

    def show(self, view):
        self.page.evaluate("view => { location.hash = view }", view)
        self.page.wait_for_function("view => location.hash.startsWith('#' + view.split('?')[0])", arg=view)

    def rows(self):
        return self.page.locator("#view table.rows tbody tr").all_inner_texts()

    def column(self, head):
        return self.page.locator(f"#view table.rows td[data-head='{head}']").all_inner_texts()

    def close(self):
        check(self.said == [], f"{self.run}: the console says {self.said}")
        others = [url for url in self.asked if not url.startswith(("file:", "blob:", "data:"))]
        check(others == [], f"{self.run}: asks for {others}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        check(wide <= 0, f"{self.run}: {wide} pixels wider than the window")
        self.context.close()


def work(browser, run, bulkwatch):
    """Filters, sorts, follows links, goes back, decides, and hands the decisions on."""
    report = Page(browser, run)
    page = report.page
    check(page.locator("#view h1").inner_text() == "This morning", "the morning comes first")
    check(not page.locator("#plain").is_visible(), "the plain page makes way")
    check(page.locator("#view .chart svg").count() >= 4, "pictures are drawn")
    # A page that opens unseen has boxes without a width: pictures follow their boxes, whatever the window does.
    box = page.locator("#view .chart").first
    usual = box.locator("svg").bounding_box()["width"]
    for style, wide in [("237px", 237), ("", usual)]:
        box.evaluate("(node, width) => { node.style.width = width; }", style)
        page.wait_for_timeout(300)
        check(abs(box.locator("svg").bounding_box()["width"] - wide) < 2, "a picture follows its box")
    report.show("accounts")
    everybody = len(report.rows())
    page.select_option("select[name=verdict]", "review")
    check(0 < len(report.rows()) < everybody, "a filter leaves some")
    shown = [text for text in report.column("verdict") if "hidden" not in text]
    check(shown and all("review" in text for text in shown), f"only review: {shown}")
    check("verdict=review" in page.url, "the hash holds the filter")
    page.fill("input[name=text]", "no such account")
    check(report.rows() == [] and "No account passes" in page.locator("#view").inner_text(), "a text that nobody has")
    page.click("button[type=reset]")
    check(len(report.rows()) == everybody, "cleared")
    page.click("thead button:has-text('unsolicited')")
    falling = [float(x) for x in report.column("unsolicited") if x]
    check(falling == sorted(falling, reverse=True) and len(set(falling)) > 3, "sorted, most first")
    page.click("thead button:has-text('unsolicited')")
    rising = [float(x) for x in report.column("unsolicited") if x]
    check(rising == sorted(rising), "and the other way round")
    page.reload()
    decide(report, bulkwatch)
    report.show("campaigns")
    page.locator("#view table.rows a").first.click()
    check(page.url.split("#")[1].startswith("campaign/"), "a campaign's page")
    check(page.locator("#view .chart svg").count() >= 1, "a campaign's picture")
    for view in ["queue", "changes", "rules", "rule/M3", "decisions", "run", "glossary", "nowhere", "account/nobody"]:
        report.show(view)
        check(page.locator("#view h1").count() == 1, f"the view {view}")
    report.show("run")
    drift = page.locator("#view").inner_text()
    check("Drift" in drift and "which moved furthest" in drift, "how far the log is from the earlier one")
    report.show("morning")
    check("Expected: how many will be confirmed is not known" in page.locator("#view").inner_text(), "no made-up precision")
    check("No decisions were given" in page.locator("#view").inner_text(), "and no empty chart of decisions")
    report.close()


def decide(report, bulkwatch):
    """By keyboard from the queue to an account and back; three decisions become a file that the program takes."""
    page = report.page
    report.show("queue")
    before = page.url
    links = page.locator("#view td[data-head='account'] > a:first-child")
    name = links.first.inner_text()
    links.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.startsWith('#account/')")
    check(page.locator("#view h1 bdi").inner_text() == name, "the account of the link")
    check(page.evaluate("document.activeElement.tagName") == "H1", "its heading has the focus")
    check(page.locator("#view .chart svg").count() >= 3, "what it did, in pictures")
    page.go_back()
    check(page.url == before and page.locator("#view h1").inner_text() == "Review queue", "back")
    page.go_forward()
    said = []
    for word in ["confirmed", "innocent", "unsure"]:
        page.check(f"input[value={word}]")
        page.fill("input[name=why]", f'it is, "{word}",\nI think')
        page.fill("input[name=who]", "Ann Ä.")
        page.click("button[type=submit]")
        said.append((page.locator("#view h1 bdi").first.inner_text(), word))
        page.locator("body").press("n")
    page.reload()
    report.show("decisions")
    check("Decisions (3)" in page.locator("#views").inner_text(), "kept over a reload")
    with page.expect_download() as download, tempfile.TemporaryDirectory() as folder:
        page.click("#save")
        file = pathlib.Path(folder) / download.value.suggested_filename
        download.value.save_as(file)
        rows = list(csv.DictReader(file.open(encoding="utf-8", newline="")))
        check(sorted((r["account"], r["decision"]) for r in rows) == sorted(said), f"the file: {rows}")
        labels = pathlib.Path(folder) / "labels.csv"
        done = subprocess.run([bulkwatch, "decisions", "merge", file, "--out", labels], capture_output=True, text=True)
        check(done.returncode == 0, done.stderr)
        merged = {r["account"]: r["label"] for r in csv.DictReader(labels.open(encoding="utf-8"))}
        expected = {account: word for account, word in said if word != "unsure"}
        check(merged == expected, f"labels {merged}, decided {expected}")


def decided(browser, run):
    """What earlier decisions came to stands beside the scores, with numbers and intervals."""
    report = Page(browser, run)
    page = report.page
    text = page.locator("#view").inner_text()
    check("of kept runs that people agree on" in text and "no chance was told of any" in text, f"decided: {text}")
    bins = page.evaluate("JSON.parse(document.getElementById('data').textContent).observed.by_score")
    check(len(bins) >= 2 and all(0 <= b["low"] <= b["confirmed"] / b["n"] <= b["high"] <= 1 for b in bins), f"{bins}")
    chart = page.locator("#view .chart[aria-label^='By highest sub-score'] svg")
    check(chart.count() == 1, "one picture: of chances there is nothing to draw")
    drawn = chart.text_content()
    check(all(f"{b['confirmed']} of {b['n']}" in drawn for b in bins), f"n of each bin is told: {drawn}")
    report.close()


# Elements that reach out of the window and lie in no box that scrolls within it.
TOO_WIDE = """() => {
  const inside = (e) => { const r = e.getBoundingClientRect(); return r.width === 0 || (-1 <= r.left && r.right <= innerWidth + 1); };
  const scrolls = (e) => ["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX);
  const boxed = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (scrolls(p)) return inside(p); return false; };
  return [...document.body.querySelectorAll("*")].filter((e) => !inside(e) && !boxed(e)).map((e) => `${e.tagName}.${e.className}`);
}"""
# Parts that must be read without pushing anything sideways.
PUSHED = """() => [...document.querySelectorAll(".strip, .wide")]
  .filter((e) => e.matches(".strip") || e.querySelector("table.cards"))
  .filter((e) => e.clientWidth + 1 < e.scrollWidth).map((e) => e.textContent.slice(0, 60))"""


def narrow(browser, run):
    """On a telephone's screen nothing reaches out of the window, and the small tables need no pushing."""
    report = Page(browser, run, viewport={"width": 400, "height": 800})
    for view in VIEWS + report.page.evaluate(FIRSTS):
        report.show(view)
        for what, found in [("too wide", report.page.evaluate(TOO_WIDE)), ("pushed", report.page.evaluate(PUSHED))]:
            check(found == [], f"{run}: {view} at 400 pixels: {what}: {found[:5]}")
    report.close()
    context = browser.new_context(java_script_enabled=True, viewport={"width": 400, "height": 800})
    page = context.new_page()
    page.goto((run / "report.html").as_uri())
    page.evaluate("for (const e of document.querySelectorAll('#plain, #view')) e.hidden = e.id === 'view'")
    check(page.evaluate(TOO_WIDE) == [], f"{run}: the plain page at 400 pixels: {page.evaluate(TOO_WIDE)[:5]}")
    context.close()


def blind(browser, run):
    """What is for a second reviewer shows neither verdict nor score until there is a decision."""
    report = Page(browser, run)
    page = report.page
    report.show("queue")
    hidden = page.locator("#view table.rows tr:has-text('for a second reviewer')")
    check(hidden.count() >= 1, "a blind case")
    words = hidden.first.inner_text()
    check("hidden" in words and not any(v in words for v in ["watch", "review ", "abuse"]), f"nothing told: {words}")
    hidden.first.locator("a").first.click()
    text = page.locator("#view").inner_text()
    check("for a second reviewer" in text and "what would change it" not in text, "its page tells nothing either")
    page.check("input[value=unsure]")
    page.fill("input[name=why]", "cannot tell")
    page.fill("input[name=who]", "Bob")
    page.click("button[type=submit]")
    check("Recommended" in page.locator("#view").inner_text(), "told once decided")
    report.close()


def hostile(browser, run):
    """Names that mean no good stay names."""
    report = Page(browser, run)
    page = report.page
    report.show("accounts")
    names = page.evaluate("JSON.parse(document.getElementById('data').textContent).names")
    check(set(HOSTILE) <= set(names), "every name comes back exactly")
    for name in HOSTILE:
        page.evaluate("name => { location.hash = '#account/' + encodeURIComponent(name) }", name)
        page.wait_for_timeout(30)
        shown = page.locator("#view h1 bdi").text_content()
        check(shown.startswith(name[:3]) or "\\u{" in shown or "\\n" in shown, f"{name!r} is shown as {shown!r}")
        if page.locator("input[value=confirmed]").count():
            page.check("input[value=confirmed]")
            page.fill("input[name=why]", "=1+1")
            page.fill("input[name=who]", "Ann")
            page.click("button[type=submit]")
    report.show("decisions")
    rows = list(csv.DictReader(page.locator("#csv").text_content().splitlines(keepends=True)))
    # One quote is put before what a spreadsheet would take for a formula; the program takes it away again.
    risky = re.compile(r"[\s']*[=+\-@]")
    read = {typed(name[1:] if name[:1] == "'" and risky.match(name[1:]) else name) for name in (r["account"] for r in rows)}
    check(read == set(HOSTILE), "and leaves exactly")
    check(not any(re.match(r"\s*[=+\-@]", cell) for r in rows for cell in r.values()), "no cell is a formula")
    campaigns = page.evaluate("JSON.parse(document.getElementById('data').textContent).campaigns.map(c => c.id)")
    check(0 < len(campaigns), "a crew of such names")
    for campaign in campaigns:
        report.show(f"campaign/{campaign}")
        for line in page.locator("#view .chart svg path").all()[:40]:
            line.hover(force=True)
    check(page.evaluate("window.broken") is None, "no name became a script")
    check(page.locator("#view img, #view script").count() == 0, "nor an element")
    report.close()


def without_scripts(browser, run):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((run / "report.html").as_uri())
    text = page.locator("body").inner_text()
    for said in ["Without JavaScript", "Verdicts", "Health", "Review queue"]:
        check(said in text, f"without JavaScript the page says {said}")
    context.close()


FIRSTS = "(() => { const d = JSON.parse(document.getElementById('data').textContent); return [d.accounts.filter(a => a.activity).slice(0, 2).map(a => 'account/' + encodeURIComponent(d.names[a.at])), d.campaigns.slice(0, 3).map(c => 'campaign/' + c.id)].flat() })()"
VIEWS = ["morning", "queue", "accounts", "campaigns", "rules", "changes", "run", "glossary"]


def pictures(browser, run, folder):
    """A PNG of every kind of view, light and dark, wide and narrow."""
    folder.mkdir(parents=True, exist_ok=True)
    for scheme, width in [("light", 1200), ("dark", 1200), ("light", 400), ("dark", 400)]:
        report = Page(browser, run, color_scheme=scheme, viewport={"width": width, "height": 900})
        for i, view in enumerate(VIEWS + report.page.evaluate(FIRSTS)):
            report.show(view)
            name = view.split("/")[0] + (f"-{i}" if "/" in view else "")
            report.page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
            wide = report.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            check(wide <= 0, f"{view} at {width}: {wide} pixels too wide")
        report.close()


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--bulkwatch", required=True)
    parse.add_argument("--night", type=pathlib.Path, required=True, help="a run with campaigns, an earlier run and a queue")
    parse.add_argument("--decided", type=pathlib.Path, required=True, help="the same night with decisions")
    parse.add_argument("--hostile", type=pathlib.Path, required=True, help="a run of the log of hostile.py")
    parse.add_argument("--others", type=pathlib.Path, nargs="*", default=[], help="runs that are only opened")
    parse.add_argument("--pictures", type=pathlib.Path, help="where PNGs go")
    args = parse.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        work(browser, args.night, args.bulkwatch)
        blind(browser, args.night)
        decided(browser, args.decided)
        narrow(browser, args.night)
        narrow(browser, args.decided)
        hostile(browser, args.hostile)
        for run in [args.night, args.hostile, *args.others]:
            without_scripts(browser, run)
            Page(browser, run).close()
        if args.pictures:
            pictures(browser, args.night, args.pictures)
            pictures(browser, args.decided, args.pictures / "decided")
        browser.close()
    print(f"{CHECKS} passed, 0 failed")


if __name__ == "__main__":
    main()
