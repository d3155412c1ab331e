"""The page in a real browser, without a network: python3 reports/test/browser.py [PAGE] [--shots DIRECTORY].

Without PAGE, a page of the sample, of which more is known. Screenshots are taken at two widths, light and dark.
"""

import argparse
import sys
import tempfile
import unittest
from datetime import datetime
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOM = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOM), str(ROOM / "test")]

import sample  # noqa: E402
from history import History  # noqa: E402
from page import render  # noqa: E402
from tree import Tree  # noqa: E402

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"]
WIDTHS = [1400, 420]
# Contrast of text with what is behind it, for every element that has text of its own and is seen (WCAG 2, 1.4.3).
FAINT = """
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = (colour) => numbers(colour).slice(0, 3).map((v) => v / 255)
  .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
const behind = (element) => {
  for (; element; element = element.parentElement) {
    const colour = getComputedStyle(element).backgroundColor;
    if ((numbers(colour)[3] ?? 1) === 1) return colour;
  }
  return "rgb(255, 255, 255)";
};
return [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !["SCRIPT", "STYLE", "OPTION"].includes(e.tagName)
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())).map((e) => {
  const style = getComputedStyle(e);
  const [a, b] = [light(e.closest("svg") ? style.fill : style.color), light(behind(e))].sort((x, y) => y - x);
  return [(a + 0.05) / (b + 0.05), e.tagName + "." + (e.getAttribute("class") ?? "") + ": " + e.textContent.trim().slice(0, 40)];
}).filter(([contrast]) => contrast < 4.5).map(([contrast, what]) => contrast.toFixed(2) + " " + what);
"""


class Page(unittest.TestCase):
    shown: Path | None = None  # another page than the sample's
    shots: Path | None = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.page = cls.shown
        if cls.page is None:
            sample.write(Path(cls.scratch.name) / "build" / "reports")
            cls.page = Path(cls.scratch.name) / "index.html"
            cls.page.write_text(render(History(Path(cls.scratch.name) / "build" / "reports"), Tree(ROOM.parent), datetime(2026, 1, 5)))
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in [*FLAGS, f"--user-data-dir={cls.scratch.name}/profile"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        cls.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        cls.addClassCleanup(cls.browser.quit)
        # Offline: what would be fetched fails, and is told on the console.
        cls.browser.execute_cdp_cmd("Network.enable", {})
        cls.browser.execute_cdp_cmd("Network.emulateNetworkConditions",
                                    {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})

    def setUp(self):
        self.look(WIDTHS[0], "light")

    def look(self, width, scheme, where=""):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        self.browser.get("about:blank")
        self.browser.get(self.page.as_uri() + where)

    def tearDown(self):
        self.assertEqual([entry["message"] for entry in self.browser.get_log("browser")], [])

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def shown_rows(self, table):
        return [row for row in self.all(f"#{table} tbody tr") if row.is_displayed()]

    def count_rows(self, table):
        return self.browser.execute_script(
            "return [...arguments[0].tBodies[0].rows].filter((row) => row.checkVisibility()).length;", self.one(f"#{table}"))

    def need(self, selector):
        if not self.all(selector):
            self.skipTest(f"This page has no {selector}.")

    def test_each_link_leads_to_what_is_seen(self):
        # What unfolds on the way does so after the event, which comes when the script has ended.
        links, astray = self.browser.execute_async_script("""
            const done = arguments[0], links = [...new Set([...document.querySelectorAll("a[href^='#']")].map((a) => a.hash))];
            const turn = () => new Promise((go) => setTimeout(go));
            (async () => {
              const astray = [];
              for (const link of links) {
                location.hash = "";
                await turn();
                location.hash = link;
                await turn();
                const target = document.getElementById(decodeURIComponent(link.slice(1)));
                if (!target?.checkVisibility() || target.matches("details:not([open])")) astray.push(link);
              }
              done([links.length, astray]);
            })();""")
        self.assertGreater(links, 7)
        self.assertEqual(astray, [])

    def test_each_filter_leaves_what_fits(self):
        for box in self.all("input[data-filter]"):
            table = box.get_attribute("data-filter")
            self.browser.execute_script("for (const e of document.querySelectorAll('details')) e.open = true;")
            everything = self.count_rows(table)
            box.send_keys("no row says this")
            self.assertEqual(self.count_rows(table), 0, table)
            self.assertEqual(self.one(f"[data-count='{table}']").text, f"0 of {everything}")
            box.clear()
            box.send_keys(" ", Keys.BACKSPACE)
            self.assertEqual(self.count_rows(table), everything, table)

    def test_bugs_are_filtered_by_room_and_sorted_by_numbers(self):
        if self.shown:
            self.skipTest("Of the sample only.")
        choice = self.one("select[data-filter-by='bug-table']")
        choice.send_keys("core")
        self.assertEqual([row.find_element(By.TAG_NAME, "th").text for row in self.shown_rows("bug-table")], ["B1", "B10"])
        choice.send_keys("all")
        heading = self.all("#bug-table thead th")[6]
        heading.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
        self.assertEqual(heading.get_attribute("aria-sort"), "ascending")
        heading.find_element(By.TAG_NAME, "button").send_keys(Keys.SPACE)
        self.assertEqual(heading.get_attribute("aria-sort"), "descending")
        self.assertEqual([row.find_element(By.TAG_NAME, "th").text for row in self.shown_rows("bug-table")][:2], ["B10", "B1"])

    def test_what_reports_say_does_not_run(self):
        self.assertTrue(self.browser.title.startswith("umbra: report of "))

    def test_sources_are_unseen_until_a_link_leads_there(self):
        self.need(".source")
        self.assertFalse(any(source.is_displayed() for source in self.all(".source")))
        self.one("#coverage-table a").click()
        self.assertEqual(sum(source.is_displayed() for source in self.all(".source")), 1)
        marked = self.all(".source:target p a[href*=':']")
        if marked:
            marked[0].click()
            self.assertEqual(len(self.all("ol.code li:target small")), 1)

    def test_the_path_is_open_and_the_rest_is_folded(self):
        self.need(".tree")
        self.assertGreater(len(self.all(".tree li.path")), 0)
        entries = self.browser.execute_script("""
            return [...document.querySelectorAll(".tree li")].map(
              (e) => [e.checkVisibility(), e.parentElement.closest("details:not([open])") !== null, e.classList.contains("path")]);""")
        for seen, folded, on_path in entries:
            self.assertEqual(seen, not folded)
            self.assertFalse(folded and on_path)

    def test_the_keyboard_comes_everywhere(self):
        self.browser.execute_script("document.activeElement.blur(); scrollTo(0, 0);")
        self.one("body").send_keys(Keys.TAB)
        self.assertEqual(self.browser.switch_to.active_element.get_attribute("class"), "skip")
        self.assertTrue(self.browser.switch_to.active_element.is_displayed())
        self.assertGreaterEqual(self.browser.switch_to.active_element.location["x"], 0)
        unreachable = self.browser.execute_script(
            "return [...document.querySelectorAll('a, button, input, select, summary, .wide, pre')]"
            ".filter((e) => e.tabIndex < 0).map((e) => e.outerHTML.slice(0, 80));")
        self.assertEqual(unreachable, [])

    def test_everything_has_a_name(self):
        nameless = self.browser.execute_script("""
            const named = (e) => e.ariaLabel || e.labels?.length || document.getElementById(e.getAttribute("aria-labelledby"))?.textContent.trim();
            const problems = [];
            for (const e of document.querySelectorAll("section, nav, article, svg, input, select, [role=region], [role=group]"))
              if (!named(e)) problems.push(e.outerHTML.slice(0, 80));
            for (const e of document.querySelectorAll("table")) if (!e.caption?.textContent.trim()) problems.push("a table without a caption");
            for (const e of document.querySelectorAll("th")) if (!e.scope || !e.textContent.trim()) problems.push(e.outerHTML);
            let level = 0;
            for (const e of document.querySelectorAll("h1, h2, h3, h4")) {
              if (+e.tagName[1] > level + 1) problems.push("skips a level: " + e.textContent);
              level = +e.tagName[1];
            }
            return problems;""")
        self.assertEqual(nameless, [])

    def test_it_fits_its_width_and_has_contrast(self):
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    self.look(width, scheme)
                    self.assertLessEqual(self.browser.execute_script("return document.documentElement.scrollWidth;"), width)
                    self.assertEqual(self.browser.execute_script(FAINT), [])
                    self.shoot(f"{width}-{scheme}")

    def test_a_source_fits_too(self):
        self.need(".source")
        for scheme in ("light", "dark"):
            self.look(WIDTHS[0], scheme, "#" + self.all(".source")[-1].get_attribute("id"))
            self.assertEqual(self.browser.execute_script(FAINT), [])

    def shoot(self, name):
        if not self.shots:
            return
        self.shots.mkdir(parents=True, exist_ok=True)
        height = self.browser.execute_script("return Math.min(document.documentElement.scrollHeight, 12000);")
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": int(name.split("-")[0]), "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.browser.save_screenshot(str(self.shots / f"{name}.png"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", nargs="?", type=Path)
    parser.add_argument("--shots", type=Path)
    options = parser.parse_args()
    Page.shown = options.page and options.page.resolve()
    Page.shots = options.shots
    unittest.main(argv=sys.argv[:1], verbosity=2)
