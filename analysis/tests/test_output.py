# SPDX-License-Identifier: GPL-2.0-only
"""What the tools write: files whole or not at all, whatever happens meanwhile; names from outside are only texts everywhere."""

import csv
import errno
import fcntl
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import synthetic
import synthetic_sweep

from echelon_analysis.load import open_results
from echelon_common.files import draft, is_abandoned, write_atomically
from echelon_common.text import guarded, json_text, one_line, shown, unguarded

ANALYSIS = pathlib.Path(__file__).resolve().parent.parent
LAUNCHER = ANALYSIS / "echelon-analysis"
# A C1 control sequence, a right-to-left override, a line break, a bell; and what programs could take for more than a name.
NASTY = "\x9b31m\u202eRTL\u0085\x07\u2066x"
SAFE = r"\u009b31m\u202eRTL\u0085\u0007\u2066x"


class FolderCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())


class DraftTest(FolderCase):
    def test_whole_or_as_it_was(self):
        path = self.folder / "sub" / "a.txt"
        write_atomically(path, "one")
        self.assertEqual(path.read_text(), "one")
        for error in (OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), ValueError()):
            with self.assertRaises(type(error)) as caught, draft(path) as temporary:
                temporary.write_text("tw")
                raise error
            if isinstance(error, OSError):
                self.assertEqual(caught.exception.filename, str(path))
            self.assertEqual([(p.name, p.read_text()) for p in path.parent.iterdir()], [("a.txt", "one")])

    def test_mode_is_that_of_a_plain_file(self):
        mask = os.umask(0o027)
        self.addCleanup(os.umask, mask)
        write_atomically(self.folder / "a", "")
        self.assertEqual((self.folder / "a").stat().st_mode & 0o777, 0o640)

    def test_drafts_of_the_dead_go_those_of_the_living_stay(self):
        left = self.folder / ".a.txt.123.0123abcd"
        others = [self.folder / name for name in (".b.txt.123.0123abcd", ".a.txt.old", ".a.txt.123.0123abcde")]
        for path in (left, *others):
            path.write_text("half")
        with draft(self.folder / "a.txt") as mine, draft(self.folder / "a.txt") as other:
            self.assertFalse(left.exists())
            self.assertTrue(mine.exists() and other.exists() and mine != other)
            self.assertFalse(is_abandoned(mine))
            other.write_text("whole")
        self.assertTrue(all(path.exists() for path in others))

    def test_links_stay_and_devices_are_written(self):
        (self.folder / "target").write_text("one")
        (self.folder / "link").symlink_to("target")
        write_atomically(self.folder / "link", "two")
        self.assertEqual(((self.folder / "target").read_text(), os.readlink(self.folder / "link")), ("two", "target"))
        os.mkfifo(self.folder / "pipe")
        reader = os.open(self.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        write_atomically(self.folder / "pipe", "three")
        self.assertEqual(os.read(reader, 100), b"three")
        self.assertEqual(self.names(), ["link", "pipe", "target"])
        with self.assertRaises(IsADirectoryError):
            write_atomically(self.folder, "four")

    def test_long_names(self):
        name = "ä" * 127
        (self.folder / f".{name[:100]}.123.0123abcd").write_text("half")
        write_atomically(self.folder / name, "whole")
        self.assertEqual(self.names(), [name])

    def test_file_system_without_locks(self):
        left = self.folder / ".a.123.0123abcd"
        left.write_text("half")
        with mock.patch.object(fcntl, "flock", side_effect=OSError(errno.ENOLCK, "No locks available")):
            write_atomically(self.folder / "a", "whole")
        self.assertEqual(self.names(), [".a.123.0123abcd", "a"])


class CommandTest(FolderCase):
    """Every command that writes, on a disk that is full and under signals."""

    def setUp(self):
        super().setUp()
        self.path = synthetic.figure2(self.folder / "data" / "r")
        self.out = self.folder / "out"
        self.out.mkdir()

    WRITERS = (["bars", "-o", "out/x"], ["why", "-o", "out/x.pdf"], ["figures", "-o", "out"], ["report", "-o", "out/x.html"])

    def command(self, arguments):
        name, *rest = arguments
        return [sys.executable, "-B", LAUNCHER, name, self.path, *rest]

    def test_full_disk(self):
        # The limit of a file's size stands for a disk that takes so many bytes more.
        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

        for arguments in self.WRITERS:
            with self.subTest(arguments):
                done = subprocess.run(self.command(arguments), cwd=self.folder, preexec_fn=limited, capture_output=True, text=True)
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assertRegex(done.stderr, r"^echelon-analysis: out/\S+: cannot be written: File too large\n$")
                # The table of a few rows still fits; what did not fit is not there.
                self.assertLessEqual({path.name for path in self.out.iterdir()}, {"table.txt", "why.txt"})
                self.assertTrue(all(path.read_text().endswith("\n") for path in self.out.iterdir()))

    def test_full_output(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(self.command(["table"]), stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (65, "echelon-analysis: the output: No space left on device\n"))

    # Writes a half, says so, and waits to be ended.
    SLOW = (
        "import sys, time; sys.path.insert(0, {analysis!r})\n"
        "from matplotlib.figure import Figure\n"
        "def half(figure, path, **_):\n"
        "    open(path, 'w').write('half'); print('writing', flush=True); time.sleep(60)\n"
        "Figure.savefig = half\n"
        "from echelon_analysis.cli import main\n"
        "sys.exit(main(['bars', {path!r}, '-o', {out!r}]))\n"
    )

    def ended_by(self, number):
        (self.out / "x.png").write_text("before")
        text = self.SLOW.format(analysis=str(ANALYSIS), path=str(self.path), out=str(self.out / "x.png"))
        with subprocess.Popen([sys.executable, "-B", "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            self.assertEqual(process.stdout.readline(), "writing\n")
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
        self.assertEqual((self.out / "x.png").read_text(), "before")
        return process.returncode, errors

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.assertEqual(self.ended_by(number), (75, "echelon-analysis: interrupted\n"))
            self.assertEqual([path.name for path in self.out.iterdir()], ["x.png"])
        self.ended_by(signal.SIGKILL)
        self.assertEqual(len(list(self.out.iterdir())), 2)
        subprocess.run(self.command(["bars", "-o", "out/x.png"]), cwd=self.folder, check=True, capture_output=True)
        self.assertEqual([path.name for path in self.out.iterdir()], ["x.png"])


class TextTest(unittest.TestCase):
    def test_shown(self):
        self.assertEqual(shown(NASTY), SAFE)
        self.assertEqual(shown("héllo 日本 🎉 a\u200db"), "héllo 日本 🎉 a\u200db")  # joiners and other scripts are names
        self.assertEqual(shown("a\nb", keep="\n"), "a\nb")
        self.assertEqual(shown(os.fsdecode(b"\xff")), r"\xff")
        self.assertEqual(one_line(" a\n b\t\x1b"), "a b \\u001b")

    def test_json_is_the_same_value(self):
        document = {NASTY: [NASTY, 'quote "', "\\u202e", 1.5]}
        text = json_text(document, indent=1)
        self.assertEqual(json.loads(text), document)
        self.assertEqual(shown(text, keep="\n"), text)

    def test_formulas(self):
        for text in ("=1+1", "+1", "-1ms", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@", "=", "-"):
            self.assertEqual(guarded(text), "'" + text)
            self.assertEqual(unguarded(guarded(text)), text)
        for value in ("a", "", "'", "'a", "a=b", " =1", "1ms", -1, -2.5, None, float("-inf")):
            self.assertEqual(guarded(value), value)
            if isinstance(value, str):
                self.assertEqual(unguarded(value), value)


def rename(path, names):
    """Give jobs and schedulers other names in the CSV files and in the JSON files of a result folder."""
    def changed(value):
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [changed(inner) for inner in value]
        return names.get(value, value) if isinstance(value, str) else value

    for file in path.iterdir():
        if file.suffix == ".json":
            file.write_text(json.dumps(changed(json.loads(file.read_text()))))
            continue
        with open(file, newline="") as lines:
            header, *rows = csv.reader(lines)
        with open(file, "w", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([header, *([guarded(names[cell]) if cell in names else cell for cell in row] for row in rows)])
    return path


class NameTest(FolderCase):
    """Schedulers and jobs with names that a terminal, a spreadsheet, mathematics or a legend could take for more."""

    NAMES = {"sebf": NASTY, "train": "=1+$x_{$", "echelon": "__proto__"}

    def setUp(self):
        super().setUp()
        self.path = rename(synthetic.figure2(self.folder / "r"), self.NAMES)

    def call(self, *arguments):
        return subprocess.run([sys.executable, "-B", LAUNCHER, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder)

    def assert_only_text(self, text):
        self.assertEqual(shown(text, keep="\n"), text)

    def test_names_are_found_again(self):
        results = open_results(self.path)
        self.assertEqual(results.labels, ["fair", NASTY, "__proto__"])
        self.assertEqual(set(results.jobs.job), {"=1+$x_{$"})
        self.assertEqual(self.call("check", self.path).returncode, 0)

    def test_terminal(self):
        for arguments in (("table", self.path), ("table", self.path, "--json"), ("why", self.path)):
            done = self.call(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(SAFE, done.stdout)
            self.assert_only_text(done.stdout)
        lines = self.call("table", self.path).stdout.splitlines()
        self.assertEqual(len({len(line) for line in lines[2:-1]}), 1, lines)
        done = self.call("gantt", self.path, "--job", NASTY, "-o", "x.png")
        self.assertEqual(done.returncode, 64)
        self.assertIn(SAFE, done.stderr)
        self.assert_only_text(done.stderr)
        self.assert_only_text(self.call("table", self.path, NASTY).stderr)

    def test_paths(self):
        odd = self.folder / os.fsdecode(b"a\x1b?#%\xff\n")
        self.path.rename(odd)
        done = self.call("bars", odd, "-o", odd / "x.svg")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_only_text(done.stdout)
        sweep = synthetic_sweep.write(odd / "sweep")
        self.assertEqual(self.call("why", sweep).returncode, 0)
        (odd / "summary.json").unlink()
        self.assert_only_text(self.call("table", odd).stderr)

    def test_figures(self):
        done = self.call("figures", self.path, "--format", "svg", "-o", "out")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (0, 1), done.stderr)
        texts = []
        from echelon_analysis import cdf, style

        def keep(figure, out):
            style._show_texts(figure)
            from matplotlib.text import Text

            figure.canvas.draw()
            texts.extend(text.get_text() for text in figure.findobj(Text))
            return out

        with mock.patch.object(cdf, "save", keep):
            cdf.draw_cdf(open_results(self.path), [self.folder / "x.svg"])
        self.assertIn(SAFE, texts)
        self.assertIn(" __proto__", texts)  # matplotlib's legends leave out labels that begin with an underscore
        for name in ("table.txt", "why.txt"):
            self.assert_only_text((self.folder / "out" / name).read_text())


class ImpossibleTest(FolderCase):
    def call(self, *arguments):
        return subprocess.run([sys.executable, "-B", LAUNCHER, *map(str, arguments)], capture_output=True, text=True)

    def test_a_figure_that_shows_nothing_is_a_note(self):
        """Flows, but links without a byte and no iteration that the Gantt chart could show: the others are drawn."""
        path = synthetic.figure2(self.folder / "r")
        links = path / "links.csv"
        rows = links.read_text().splitlines()
        links.write_text("\n".join([rows[0], *(",".join([*row.split(",")[:5], "0", "0"]) for row in rows[1:])]) + "\n")
        for name in ("computes.csv", "flows.csv", "groups.csv"):
            (path / name).write_text((path / name).read_text().splitlines()[0] + "\n")
        done = self.call("figures", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        notes = done.stderr.splitlines()
        self.assertTrue(all(line.startswith("note: no ") for line in notes), notes)
        self.assertTrue(any("no Gantt chart: neither computes.csv nor flows.csv holds anything" in line for line in notes), notes)
        drawn = {p.stem for p in (path / "figures").iterdir()}
        self.assertEqual(drawn, {"table", "why", "iteration-times", "critical-path"})
        done = self.call("check", path)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(all(line.startswith(f"echelon-analysis: {path}: ") for line in done.stderr.splitlines()), done.stderr)

    def test_a_figure_of_a_sweep_that_is_not_possible_is_a_note(self):
        from echelon_analysis import figures
        from echelon_analysis.errors import UsageError
        from echelon_analysis.sweep import open_sweep

        sweep = open_sweep(synthetic_sweep.write(self.folder / "sweep"))
        error = UsageError(sweep.path, "axis 'oversubscription' has one value, so there is no line")
        with mock.patch.object(figures, "draw_lines", side_effect=error):
            paths, notes = figures.write_sweep_figures(sweep, self.folder / "out", ["svg"])
        self.assertEqual({path.stem for path in paths}, {"why", "iteration-times", "critical-path"})
        self.assertIn("no speedup-oversubscription: axis 'oversubscription' has one value, so there is no line", notes)

    def test_more_rows_than_a_picture_has_pixels(self):
        """A PNG has at most 65,535 dots a side: 400 inches of 200 dots are 80,000."""
        from echelon_analysis.errors import NothingToDraw
        from echelon_analysis.style import save, styled

        with styled() as plt, self.assertRaisesRegex(NothingToDraw, "x.png: cannot be drawn: "):
            save(plt.figure(figsize=(7, 400)), self.folder / "x.png")
        self.assertEqual(self.names(), [])

    def test_an_iteration_of_no_time(self):
        path = synthetic.figure2(self.folder / "r")
        header, *rows = (path / "jobs.csv").read_text().splitlines()
        zero = [[*row.split(",")[:4], *["0.000000000000"] * 5] for row in rows]
        (path / "jobs.csv").write_text("\n".join([header, *map(",".join, zero)]) + "\n")
        done = self.call("figures", path, "--format", "svg")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note: no Gantt chart: iteration 0 of job 'train' takes no time\n", done.stderr)

    def test_alone_it_is_an_error(self):
        path = synthetic.figure2(self.folder / "r")
        done = self.call("queues", path, "-o", self.folder / "q.png")
        self.assertEqual(done.returncode, 65)
        self.assertFalse((self.folder / "q.png").exists())

    def test_no_figure_at_all_is_an_error(self):
        from echelon_analysis import figures
        from echelon_analysis.errors import AnalysisError, NothingToDraw

        def nothing(*_):
            raise NothingToDraw("x", "nothing is there")

        results = open_results(synthetic.figure2(self.folder / "r"))
        names = ("draw_gantt", "draw_bars", "draw_cdf", "draw_heatmap", "draw_queues")
        patches = [mock.patch.object(figures, name, nothing) for name in names] + [mock.patch.object(figures.why, "draw_why", nothing)]
        for patch in patches:
            patch.start()
            self.addCleanup(patch.stop)
        with self.assertRaisesRegex(AnalysisError, "no figure can be drawn .*no Gantt chart: nothing is there") as caught:
            figures.write_figures(results, self.folder / "out")
        self.assertEqual(caught.exception.exit_code, 65)


if __name__ == "__main__":
    unittest.main()
