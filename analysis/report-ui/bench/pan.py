#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""How smoothly the report's timeline pans: time between frames while a pointer drags it, in headless Chromium.

    analysis/report-ui/bench/pan.py report.html [--frames 240] [--zoom 4]

Prints one line of JSON, in ms: median and 95th percentile of the time between frames and of the script's drawing, and the processor time of
the page's main thread per frame, which other programs on the machine lengthen least. The browser draws 60 frames a second at most, so
16.7 ms is the least between frames and must hold the processor time.
"""

import argparse
import json
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "analysis/tests")]

from browser import page  # noqa: E402  (the path comes first)

PAN = """
const [frames, zoom, done] = arguments;
const canvas = document.querySelector('#gantt .canvas-box canvas');
canvas.scrollIntoView();
const area = canvas.getBoundingClientRect();
const middle = area.left + area.width / 2;
const send = (type, x) => canvas.dispatchEvent(new PointerEvent(type, {bubbles: true, button: 0, buttons: 1, pointerId: 7, clientX: x, clientY: area.top + 60}));
for (let z = 1; z < zoom; z *= 1.5) canvas.dispatchEvent(new KeyboardEvent('keydown', {key: '+'}));
send('pointerdown', middle);
const gaps = [], draws = [];
let last = null, n = 0;
function frame(now) {
    if (last !== null) { gaps.push(now - last); draws.push(canvas.drawMs); }
    last = now;
    if (++n > frames) { send('pointerup', middle); done([gaps, draws, Number(canvas.dataset.bars)]); return; }
    send('pointermove', middle + 200 * Math.sin(n / 25));
    requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
"""


def main_thread(browser):
    """Processor time of the main thread's tasks so far, in seconds."""
    metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(m["value"] for m in metrics if m["name"] == "TaskDuration")


def measure(report, frames=240, zoom=1.0, iteration=None):
    """The figures as a dictionary; iteration -1: all of the job."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    with page(report) as browser:
        if iteration is not None:
            Select(browser.find_elements(By.CSS_SELECTOR, "#gantt select")[1]).select_by_value(str(iteration))
        browser.set_script_timeout(120)
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        before = main_thread(browser)
        gaps, draws, bars = browser.execute_async_script(PAN, frames, zoom)
        busy = main_thread(browser) - before

    def figures(values):
        ordered = sorted(values)
        return {"median": round(statistics.median(ordered), 2), "p95": round(ordered[int(0.95 * len(ordered))], 2)}

    return {
        "bars": bars, "frames": len(gaps), "frame_ms": figures(gaps), "draw_ms": figures(draws),
        "processor_ms_per_frame": round(1000 * busy / len(gaps), 2),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report")
    parser.add_argument("--frames", type=int, default=240)
    parser.add_argument("--zoom", type=float, default=1.0)
    parser.add_argument("--iteration", type=int)
    options = parser.parse_args()
    print(json.dumps(measure(options.report, options.frames, options.zoom, options.iteration)))


if __name__ == "__main__":
    main()
