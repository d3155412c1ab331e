"""What the page says, without a browser."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

ROOM = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOM), str(ROOM / "test")]

import charts  # noqa: E402
import sample  # noqa: E402
import words  # noqa: E402
from drawing import ready  # noqa: E402
from history import History, by_number  # noqa: E402
from page import render  # noqa: E402
from sections import SECTIONS, bench, bugs, findings, fuzzing  # noqa: E402
from source import annotated  # noqa: E402
from tree import Tree  # noqa: E402

NOW = datetime(2026, 1, 5, 12, 0)


class Ids(HTMLParser):
    """Every id, and every place within the page that a link leads to."""

    def __init__(self, page):
        super().__init__()
        self.ids, self.targets, self.outside = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        for name in ("href", "src"):
            where = attributes.get(name)
            if where and where.startswith("#"):
                self.targets.append(where[1:])
            elif where and where != "data:,":
                self.outside.append(where)


class OfSample(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.directory = Path(self.scratch.name) / "build" / "reports"
        self.directory.mkdir(parents=True)

    def page(self):
        self.history = History(self.directory)
        return render(self.history, Tree(ROOM.parent), NOW)

    def full_page(self):
        sample.write(self.directory)
        return self.page()

    def test_empty_page_says_what_makes_each_section(self):
        page = self.page()
        for section in SECTIONS:
            self.assertIn(f"<code>{section.command}</code> makes it", page)
        self.assertEqual(self.history.problems, [])

    def test_full_page_has_every_section(self):
        page = self.full_page()
        self.assertNotIn("makes it", page)
        self.assertEqual(self.history.problems, [])

    def test_nothing_is_fetched_and_links_lead_somewhere(self):
        found = Ids(self.full_page())
        self.assertEqual(found.outside, [])
        self.assertEqual(sorted(set(found.targets) - set(found.ids)), [])
        self.assertEqual(len(found.ids), len(set(found.ids)))

    def test_what_reports_say_is_text(self):
        self.assertNotIn(sample.HOSTILE, self.full_page())

    def test_what_is_not_in_order_is_left_out_and_named(self):
        sample.write(self.directory)
        sample.add(self.directory / "history" / "bugs.jsonl", "{\n")
        sample.add(self.directory / "findings" / "mmu-I1-0.json", "")
        sample.add(self.directory / "test" / "asan.xml", "<testsuite")
        # Two that are in order, and do not hold what is looked for.
        sample.add(self.directory / "mutate-models.json", '{"part": "models", "mutants": []}')
        (self.directory / "history" / "boot.jsonl").write_text('{"at": "2026-01-01T10:00:00Z", "commit": "", "changed": false, "report": {}}\n')
        page = self.page()
        for words_of_problem in ("history/bugs.jsonl, line 3", "findings/mmu-I1-0.json", "test/asan.xml", "run ./umbra boot again", "run ./umbra mutate again"):
            self.assertTrue(any(words_of_problem in p for p in self.history.problems), words_of_problem)
        self.assertIn("Planted B10", page)

    def test_the_last_word_on_each_bug_counts(self):
        sample.write(self.directory)
        content = bugs.content(History(self.directory), None)
        self.assertEqual([bug["id"] for bug in content["bugs"]], ["B1", "B2", "B10"])
        self.assertEqual((content["found"], content["refuted"]), (2, 2))
        self.assertIn("1 of 3 survive libfuzzer", content["survival"])
        self.assertIn("2 of 3 survive afl", content["survival"])
        self.assertIn("3 of 3 survive kernel", content["survival"])
        self.assertEqual(self.page().count("kernel <small>not reached"), 1)

    def test_a_bug_counts_as_the_best_fuzz_engine_found_it(self):
        engines = [sample.engine("kernel", True, 0.1), sample.engine("libfuzzer", False, 0), sample.engine("afl", True, 3)]
        best = bugs._summed(None, sample.bug("B1", True, 1) | {"engines": engines})
        self.assertEqual((best["found_by"], best["seeds"], best["median"], best["worst"]), (1, 1, 3, 3))

    def test_benches_that_summed_up_no_engine_are_summed_up(self):
        old = sample.bug("B1", True, 4)
        del old["engines"]
        self.assertEqual(bugs._summed(None, old)["engines"], [{k: v for k, v in sample.engine("libfuzzer", True, 4).items() if k != "seconds"}])

    def test_a_seed_that_found_nothing_took_for_ever(self):
        found, not_found = {"found": True, "seconds": 2}, {"found": False, "seconds": 60}
        self.assertEqual(bugs._median([found, found, not_found]), 2)
        self.assertIsNone(bugs._median([found, not_found, not_found]))
        self.assertIsNone(bugs._median([]))

    def test_what_got_worse_is_marked(self):
        sample.write(self.directory)
        content = bench.content(History(self.directory), None)
        verdicts = {m.name: (m.worse, m.missed) for m in content["metrics"]}
        self.assertEqual(verdicts["mmu, plain: times slower than an empty target"], (True, True))
        self.assertEqual(verdicts["fault, at most, by pages"], (False, False))
        self.assertEqual((content["worse"], content["missed"]), (1, 1))

    def test_command_line(self):
        def report(*words):
            answer = subprocess.run([sys.executable, "-B", ROOM, *words], capture_output=True, text=True,
                                    env=os.environ | {"UMBRA_ROOT": self.scratch.name})
            return answer.returncode, answer.stderr
        self.assertEqual(report("--out", self.directory / "page.html"), (0, ""))
        self.assertEqual(report("--from", self.directory / "none"), (2, f"umbra: {self.directory}/none is not a directory.\n"))
        self.assertEqual(report("--out", "/proc/nowhere"), (2, "umbra: Cannot write /proc/nowhere.\n"))
        sample.add(self.directory / "history" / "bugs.jsonl", "{\n")
        self.assertEqual(report()[0], 0)
        self.assertEqual(report("--strict"), (1, "umbra: history/bugs.jsonl, line 1, is not a run and was skipped.\n"))
        status, said = report("--fast")
        self.assertEqual(status, 2)
        self.assertRegex(said, r"\Aumbra: .*--fast.*\.\n\Z")

    def test_a_triaged_finding_brings_the_drawing_of_its_input(self):
        sample.write(self.directory)
        content = findings.content(History(self.directory), None)
        self.assertEqual([finding["name"] for finding in content["triaged"]], ["I9-read-1a2b3c4d"])
        self.assertEqual(content["triaged"][0]["drawing"]["address"], "0x1000")
        self.assertEqual([finding["id"] for finding in content["raw"]], ["exit-I3-0123456789ab"])

    @unittest.skipUnless("UMBRA_CLI" in os.environ, "UMBRA_CLI names no command line to draw with.")
    def test_the_command_line_draws_what_is_read(self):
        # One run each: tables in every format, and an instruction, which has none.
        corpus = ROOM.parent / "corpus"
        inputs = [*sorted((corpus / "regressions").glob("*.ops")), corpus / "emulate" / "seeds" / "device-sum.insn"]
        (self.directory / "findings").mkdir()
        for n, file in enumerate(inputs):
            story = self.directory / "findings" / f"mmu-I{n}-0.json"
            subprocess.run([os.environ["UMBRA_CLI"], "run", file, "--json", story], check=True, stdout=subprocess.DEVNULL)
        page = self.page()
        self.assertEqual(self.history.problems, [])
        self.assertEqual(page.count("</article>"), len(inputs))
        self.assertEqual(page.count('class="trees"'), len(inputs) - 1)
        self.assertIn("on the path", page)


class Parts(unittest.TestCase):
    def test_numbers(self):
        self.assertEqual([words.short(n) for n in (0, 7, 0.25, 999, 1000, 12345, 1234567)],
                         ["0", "7", "0.25", "999", "1.00k", "12.3k", "1.23M"])
        self.assertEqual([words.seconds(n) for n in (0.26, 75, 180, 7200)], ["0.3 s", "75 s", "3 min", "2.0 h"])
        self.assertEqual(sorted(["B10", "B9", "A1"], key=by_number), ["A1", "B9", "B10"])

    def test_what_nobody_counted_yet_is_not_drawn(self):
        moment = {"seconds": 1.0, "executions": 0, "coverage": 0, "corpus": 0}
        uncounted = {"mmu": SimpleNamespace(report={"course": [moment]})}
        self.assertIsNone(fuzzing.course(uncounted, "coverage", "Coverage"))
        self.assertIsNotNone(fuzzing.course(uncounted, "executions", "Executions"))

    def test_charts_hold_nothing_that_runs_or_leads_elsewhere(self):
        svg = charts.lines("a <label>", "seconds", {"one": [(0, 1), (2, 3)], "two": [(0, 2), (3, 3)]})
        self.assertNotRegex(svg, r"<script|<style|https?://(?!www\.w3\.org/)")
        self.assertIn('aria-label="a &lt;label&gt;"', svg)

    def test_long_rows_off_the_path_are_folded(self):
        entries = [sample.entry(n, on_path=n == 10) for n in range(14)]
        table = {"name": "", "level": 1, "whole": True, "entries": entries}
        shown = ready({"guest": table, "shadow": table | {"entries": entries[:9]}})
        rows = shown["guest"]["rows"]
        self.assertEqual([len(row) if isinstance(row, list) else row["first"] for row in rows], [10, 10, 11, 12, 13])
        self.assertEqual(len(shown["shadow"]["rows"]), 9)
        self.assertIsNone(ready(None))

    def test_source_is_marked_line_by_line(self):
        lines = annotated("a.cpp", "/* one\ntwo */\nif (a < b) return;\n", [{"line": 2, "why": ""}],
                          [{"line": 3, "column": 5, "never": True, "why": "because"}])
        self.assertEqual([(l.number, l.missed, l.half) for l in lines], [(1, False, False), (2, True, False), (3, False, True)])
        self.assertEqual(lines[2].notes, ["column 5: never true: because"])
        self.assertIn("&lt;", lines[2].code)
        for line in lines:
            self.assertEqual(len(re.findall("<span", line.code)), len(re.findall("</span", line.code)))


if __name__ == "__main__":
    unittest.main()
