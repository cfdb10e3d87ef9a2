# SPDX-License-Identifier: GPL-2.0-only
"""The HTML report in Chromium: it draws from file://, asks for nothing, and answers clicks and keys."""

import functools
import io
import json
import math
import pathlib
import sqlite3
import tempfile
import unittest
from unittest import mock

import browser as chromium
import synthetic
import synthetic_sweep
from test_report import rename

from echelon_analysis.html import results_document, why_part, write_html
from echelon_analysis.load import open_results

NAME = '<script>window.harmed=1</script><img src=x onerror=window.harmed=2>'


def setUpModule():
    if chromium.why_not():
        raise unittest.SkipTest(chromium.why_not())


class Page(unittest.TestCase):
    """A report in a browser, one for the class."""

    make = None
    write = staticmethod(write_html)

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.path = cls.make(cls.folder / "data")
        cls.report = cls.write(cls.path, cls.folder / "report.html")
        opened = chromium.page(cls.report)
        cls.browser = opened.__enter__()
        cls.addClassCleanup(opened.__exit__, None, None, None)

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def find(self, css):
        return self.browser.find_element("css selector", css)

    def choose(self, css, text):
        from selenium.webdriver.support.ui import Select

        Select(self.find(css)).select_by_visible_text(text)
        chromium.settle(self.browser)

    def first_column(self, css):
        return self.script("return [...document.querySelectorAll(arguments[0] + ' tbody tr')].map((r) => r.cells[0].textContent)", css)

    def pixels(self, css):
        """The bytes of a canvas, to tell whether it has changed."""
        chromium.settle(self.browser)
        return self.script("return document.querySelector(arguments[0]).toDataURL()", css)

    def keys(self, css, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        self.script("document.querySelector(arguments[0]).focus()", css)
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()
        chromium.settle(self.browser)

    def colours(self, height=None):
        """Number of colours in a screenshot: a blank page has one or two."""
        import matplotlib.image

        chromium.screenshot(self.browser, self.folder / "shot.png", height)
        image = matplotlib.image.imread(io.BytesIO((self.folder / "shot.png").read_bytes()))
        return len({tuple(pixel) for pixel in (image[::3, ::3, :3] * 255).astype(int).reshape(-1, 3)})


class ResultsTest(Page):
    make = staticmethod(lambda folder: add_waits(rename(synthetic.pipeline(folder), "solo", NAME)))

    def test_a_opens_without_request_or_error(self):
        # Named so that it runs first: the logs are emptied by reading.
        self.assertEqual(chromium.requests(self.browser), [])
        self.assertEqual(chromium.errors(self.browser), [])
        self.assertEqual(self.script("return document.querySelectorAll('main > section').length"), 7)
        self.assertGreater(self.colours(), 20)

    def test_names_are_text(self):
        self.assertIsNone(self.script("return window.harmed || null"))
        self.assertIn(NAME, self.script("return document.body.textContent"))
        self.assertEqual(self.script("return document.querySelectorAll('main script, main img').length"), 0)

    def test_click_sorts_the_comparison(self):
        names = self.first_column("#compare")
        heading = self.find("#compare thead th:nth-child(2)")
        self.assertEqual(heading.get_attribute("aria-sort"), "ascending")
        spans = {run["scheduler"]: run["makespan_s"] for run in open_results(self.path).runs}
        self.assertEqual(names, sorted(spans, key=spans.get))
        heading.find_element("tag name", "button").click()
        self.assertEqual(heading.get_attribute("aria-sort"), "descending")
        self.assertEqual(self.first_column("#compare"), sorted(spans, key=spans.get, reverse=True))

    def test_keys_sort_the_comparison(self):
        from selenium.webdriver.common.keys import Keys

        self.keys("#compare thead th:nth-child(1) button", Keys.ENTER)
        self.assertEqual(self.first_column("#compare"), open_results(self.path).labels)

    def test_choosing_a_job_and_scheduler_names_whom_it_waited_for(self):
        from selenium.webdriver.support.ui import Select

        self.choose("#why .controls select", "llm")
        selects = self.browser.find_elements("css selector", "#why .controls select")
        Select(selects[1]).select_by_visible_text("fair")
        Select(selects[2]).select_by_visible_text("1")
        self.assertEqual(self.first_column("#blockers"), ["pp forward 0->1 replica 0", NAME])
        self.assertIn("60.00 ms", self.find("#blockers").text.replace("\u00a0", " "))
        self.choose("#why .controls select", NAME)
        self.assertIn("never waited", self.find("#blockers").text)
        self.choose("#why .controls select", "llm")
        # The timeline follows.
        self.assertEqual(self.find("#gantt select").get_attribute("value"), "llm")
        # … and the steps are there when asked for.
        self.browser.find_element("xpath", "//section[@id='why']//summary[contains(., 'Steps')]").click()
        chromium.settle(self.browser)
        self.assertGreater(len(self.first_column("#why details:last-of-type")), 0)

    def test_keys_zoom_and_pan_the_timeline(self):
        self.choose("#gantt select", "llm")
        canvas = "#gantt .canvas-box canvas"
        whole = self.pixels(canvas)
        self.keys(canvas, "+", "+")
        zoomed = self.pixels(canvas)
        self.assertNotEqual(whole, zoomed)
        from selenium.webdriver.common.keys import Keys

        self.keys(canvas, Keys.ARROW_RIGHT)
        panned = self.pixels(canvas)
        self.assertNotEqual(zoomed, panned)
        self.keys(canvas, Keys.ARROW_LEFT)
        self.assertEqual(self.pixels(canvas), zoomed)
        self.keys(canvas, "0")
        self.assertEqual(self.pixels(canvas), whole)

    def test_filter_leaves_matching_echelonflows(self):
        box = self.find("#echelonflows input[type=search]")
        box.send_keys("pp backward")
        self.wait(lambda: all("pp backward" in name for name in self.first_column("#echelonflows")))
        groups = open_results(self.path).groups
        matching = int(groups.name.str.contains("pp backward").sum())
        self.assertIn(f"{matching:,}", self.find("#echelonflows [role=status]").text)
        box.clear()
        box.send_keys("no such thing")
        self.wait(lambda: self.first_column("#echelonflows") == [])

    def wait(self, condition):
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.browser, 10).until(lambda _: condition())

    def test_controls_are_labelled_and_tables_have_scopes(self):
        unlabelled = self.script(
            "return [...document.querySelectorAll('select, input')].filter((e) => !e.labels.length).map((e) => e.outerHTML.slice(0, 80))"
        )
        self.assertEqual(unlabelled, [])
        self.assertEqual(self.script("return document.querySelectorAll('th:not([scope])').length"), 0)
        self.assertEqual(self.script("return document.querySelectorAll('table:not(:has(caption))').length"), 0)
        self.assertEqual(self.script("return document.querySelectorAll('[role=img]:not([aria-label])').length"), 0)
        levels = self.script("return [...document.querySelectorAll('h1,h2,h3')].map((e) => +e.tagName[1])")
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(b <= a + 1 for a, b in zip(levels, levels[1:])))

    def test_text_contrasts_with_its_ground(self):
        # WCAG 2.1: (L1 + 0.05) / (L2 + 0.05) with relative luminances, at least 4.5.
        low = self.script(CONTRAST)
        self.assertEqual(low, [])

    def test_narrow_page_does_not_scroll_sideways(self):
        chromium.resize(self.browser, 390, 800)
        chromium.settle(self.browser)
        try:
            self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), 390)
        finally:
            chromium.resize(self.browser, 1280, 900)
            chromium.settle(self.browser)


class SweepTest(Page):
    make = staticmethod(lambda folder: synthetic_sweep.write(folder, missing=2))

    def test_a_opens_without_request_or_error(self):
        self.assertEqual(chromium.requests(self.browser), [])
        self.assertEqual(chromium.errors(self.browser), [])
        self.assertGreater(self.colours(), 20)

    def test_says_what_is_missing(self):
        self.assertIn("2 missing", self.find("#points").text)

    def test_points_sort_and_filter(self):
        self.find("#points thead th:nth-child(2) button").click()
        values = self.script("return [...document.querySelectorAll('#points tbody tr')].map((r) => +r.cells[1].textContent)")
        self.assertEqual(values, sorted(values))
        self.find("#points input[type=search]").send_keys("placement=spread")
        placements = self.script("return [...new Set([...document.querySelectorAll('#points tbody tr')].map((r) => r.cells[2].textContent))]")
        self.assertEqual(placements, ["spread"])

    def test_lines_go_against_another_axis(self):
        before = self.find("#against .chart").get_attribute("aria-label")
        self.choose("#against .controls span:nth-child(2) select", "placement")
        after = self.find("#against .chart").get_attribute("aria-label")
        self.assertNotEqual(before, after)
        # synthetic_sweep.py: without the two first points, 1.1, 1.2 and 1.3 where packed and seldom 1.0 else.
        self.assertIn("echelon", after)
        self.assertIn("1.000×", after)
        # Without the two first points: 1.3 once, and 1.1, 1.2 and 1.3 at the two other values.
        mean = math.exp((math.log(1.3) + 2 * sum(map(math.log, (1.1, 1.2, 1.3)))) / 7)
        self.assertIn(f"echelon {mean:.3f}×", after)
        self.assertIn("Geometric mean of all points", self.find("#against > .note").text)


class OnePointTest(Page):
    """A sweep of one point, under one scheduler."""

    @staticmethod
    def make(folder):
        synthetic_sweep.write(folder)
        database = sqlite3.connect(folder / "results.sqlite")
        database.execute("DELETE FROM points WHERE rowid > 1")
        for table in ("runs", "jobs"):
            database.execute(f"DELETE FROM {table} WHERE scheduler != 'fair'")
        database.commit()
        database.close()
        return folder

    def test_a_opens_without_request_or_error(self):
        self.assertEqual(chromium.requests(self.browser), [])
        self.assertEqual(chromium.errors(self.browser), [])

    def test_nothing_to_draw_against(self):
        self.assertIn("No parameter varies", self.find("#against").text)
        self.assertEqual(self.script("return document.querySelectorAll('#against select, #against .chart').length"), 0)
        self.assertIn("Of the only point.", self.find("#why").text)
        self.assertNotIn("1 points", self.script("return document.body.textContent"))


class CornersTest(Page):
    """Figure 2, of which an EchelonFlow each gives distributions of one value; ties, short waits, and a section that breaks."""

    @staticmethod
    def make(folder):
        synthetic.figure2(folder)
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        paths = [run["jobs"][0]["critical_path"] for run in summary["runs"]]
        paths[1].update(paths[2], compute_s=paths[2]["compute_s"] * (1 + 1e-13))
        (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
        # Under fair flow 1 waits 2.5 s, of these half a second for nobody.
        lines = (folder / "waits.csv").read_text(encoding="utf-8").splitlines()
        lines[1] = lines[1].replace("2.500000000000", "2.000000000000")
        lines.insert(2, "0,fair,train,0,2,0,,-1,-1,,0.5")
        (folder / "waits.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    @staticmethod
    def write(path, out):
        with mock.patch.object(why_part, "MAX_WAITS", 1):
            with mock.patch.dict(results_document.SECTIONS, links=(lambda results, pack: {}, ())):
                return write_html(path, out)

    def test_a_broken_section_costs_itself_alone(self):
        self.assertEqual(self.script("return document.querySelectorAll('main > section').length"), 7)
        alerts = self.script("return [...document.querySelectorAll('[role=alert]')].map((e) => e.closest('section').id)")
        self.assertEqual(alerts, ["links"])

    def test_a_tie_is_a_tie_whatever_rounding_does(self):
        label = self.find("#why .chart").get_attribute("aria-label").replace("\u00a0", " ")
        self.assertEqual(label, "Stacked bars: fair 8.500 s, sebf 8.000 s ★, echelon 8.000 s ★")

    def test_distributions_of_one_value_show(self):
        # Blue, vermilion and green, as for every first three schedulers; of the CCT, 6 s under each, dashes over a solid line.
        found = self.script(COLOURED)
        self.assertEqual(len(found), 3)
        for chart in found:
            self.assertTrue(all(count >= 10 for count in chart), found)

    def test_quantiles_are_the_values(self):
        self.find("#distributions summary").click()
        chromium.settle(self.browser)
        row = self.script("return [...document.querySelectorAll('#distributions table')[1].querySelectorAll('tbody td')].map((c) => c.textContent)")
        # Flow completion times under fair: 3.5, 4.5 and 4 s.
        times = ["3.500 s", "3.500 s", "4.000 s", "4.500 s", "4.500 s", "4.500 s", "4.500 s"]
        self.assertEqual([text.replace("\u00a0", " ") for text in row[:8]], [*times, "3"])

    def test_short_waits_keep_whom_they_were_for(self):
        self.choose("#why .controls:nth-of-type(2) select, #why h3 + .controls select", "fair")
        text = self.find("#why").text.replace("\u00a0", " ")
        self.assertIn("Of the waiting, 80 % is for the job's own flows", text)
        self.assertEqual(self.first_column("#blockers"), ["short waits, summed", "(unattributed), short waits, summed"])


class ManyBarsTest(Page):
    """10,000 bars and more are drawn as so many rectangles at most as there are pixels across the rows."""

    make = staticmethod(lambda folder: synthetic.pipeline(folder, stages=8, replicas=1, alike=1, microbatches=400, iterations=1))

    def test_bars_narrower_than_a_pixel_are_joined(self):
        canvas = self.find("#gantt .canvas-box canvas")
        self.assertGreaterEqual(int(canvas.get_attribute("data-bars")), 10_000)
        rectangles, width = self.browser.execute_async_script(COUNT)
        # Three schedulers, eight GPUs, at most one lane of compute and four of flows each, and a path of at most four parts.
        self.assertLess(rectangles, 3 * (8 * 5 + 4) * width)
        self.assertLess(rectangles, 0.2 * int(canvas.get_attribute("data-bars")))


COUNT = """
const done = arguments[0];
const type = CanvasRenderingContext2D.prototype;
const fill = type.fillRect;
let count = 0;
type.fillRect = function (...box) { count++; fill.apply(this, box); };
const canvas = document.querySelector('#gantt .canvas-box canvas');
canvas.dispatchEvent(new KeyboardEvent('keydown', {key: '0'}));
requestAnimationFrame(() => requestAnimationFrame(() => { type.fillRect = fill; done([count, canvas.clientWidth]); }));
"""

# Of each distribution, the number of pixels in the colour of each of three schedulers.
COLOURED = """
const colours = [[0, 114, 178], [213, 94, 0], [0, 158, 115]];
return [...document.querySelectorAll('#distributions .chart canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return colours.map((c) => {
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
            count += c.every((v, k) => Math.abs(v - data[i + k]) < 24) && data[i + 3] > 200 ? 1 : 0;
        }
        return count;
    });
});
"""

CONTRAST = """
const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (e) => {
    for (; e; e = e.parentElement) {
        const c = parse(getComputedStyle(e).backgroundColor);
        if (c.length < 4 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
};
const low = new Set();
for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(e.tagName)) continue;
    const a = luminance(parse(getComputedStyle(e).color).slice(0, 3)), b = luminance(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
}
return [...low];
"""


def add_waits(path):
    """Under fair, iteration 1 of llm waits 60 ms for a transfer of its own and 20 ms for the other job, which is named as markup."""
    rows = [("llm", "pp forward 0->1 replica 0", 0.06), (NAME, NAME, 0.02)]
    with open(path / "waits.csv", "a", encoding="utf-8") as file:
        for blocker, name, seconds in rows:
            file.write(f"0,fair,llm,1,1,0,{blocker},1,1,{name},{seconds:.12f}\n")
    return path


class WordsOfTheLanguageTest(Page):
    """Names that JavaScript's objects have already, and names that a page could act on, are only texts."""

    NAMES = {"sebf": "__proto__", "solo": "constructor", "F0": "toString", "forward": "__proto__", "fair": "a\u202eb\x9b1m"}
    make = staticmethod(lambda folder: functools.reduce(lambda path, pair: rename(path, *pair), WordsOfTheLanguageTest.NAMES.items(), synthetic.pipeline(folder)))

    def test_they_are_texts(self):
        self.script("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        chromium.settle(self.browser)
        text = self.script("return document.body.innerText")
        for name in ("__proto__", "constructor", "toString", r"a\u202eb\u009b1m"):
            self.assertIn(name, text)
        self.assertNotIn("undefined", text)
        self.assertNotIn("NaN", text)
        self.assertEqual([c for c in text if c in "\u202e\x9b"], [])
        self.assertCountEqual(self.first_column("#compare"), [r"a\u202eb\u009b1m", "__proto__", "echelon"])
        # What every object has is as it was: a key of that name was no way to it.
        self.assertEqual(self.script("return Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).filter((k) => !/^(constructor|.*[gs]etter__|.*Of|hasOwnProperty|propertyIsEnumerable|to.*String|__proto__)$/i.test(k))"), [])
        self.assertEqual(chromium.errors(self.browser), [])


if __name__ == "__main__":
    unittest.main()
