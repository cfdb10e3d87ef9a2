// SPDX-License-Identifier: GPL-2.0-only
// The bars of one row's lane: sorted by start, found by bisection, and joined where they are narrower than a pixel.

// Lanes of a panel: { row, what: 'compute' | 'flow', lane, lanes, at: first bar, end } over shared arrays.
export function lanesOf(gpu, lane, what, rows) {
    const found = [];
    for (let i = 0; i < gpu.length; ) {
        let j = i;
        while (j < gpu.length && gpu[j] === gpu[i] && lane[j] === lane[i]) {
            j++;
        }
        found.push({ row: gpu[i], what, lane: lane[i], lanes: 1, at: i, end: j });
        i = j;
    }
    for (let row = 0; row < rows; row++) {
        const own = found.filter((l) => l.row === row);
        own.forEach((l) => (l.lanes = Math.max(what === 'flow' ? 2 : 1, ...own.map((o) => o.lane + 1))));
    }
    return found;
}

// The first of the bars [at, end) that ends after `time`. Bars of a lane follow one another, so ends are sorted too.
export function firstAfter(ends, at, end, time) {
    while (at < end) {
        const middle = (at + end) >> 1;
        if (ends[middle] > time) {
            end = middle;
        } else {
            at = middle + 1;
        }
    }
    return at;
}

// Call paint(x, width, look, bar or -1 where joined) for what shows of a lane, left to right. Narrow neighbours of one look with less
// than a pixel between them are one. At most one call a pixel.
export function visit(bars, lane, view, left, width, paint) {
    const scale = width / (view.to - view.from);
    const { starts, ends, looks } = bars;
    const edge = left + width;
    let i = firstAfter(ends, lane.at, lane.end, view.from);
    while (i < lane.end && starts[i] < view.to) {
        const from = left + (starts[i] - view.from) * scale;
        let to = left + (ends[i] - view.from) * scale;
        let bar = i;
        let j = i + 1;
        if (to - from < 2) {
            while (j < lane.end) {
                const a = left + (starts[j] - view.from) * scale;
                const b = left + (ends[j] - view.from) * scale;
                // Within one pixel the first look wins; a run of one look goes on while its bars are narrow.
                if (a - to > 1 || b - a >= 2 || (looks[j] !== looks[i] && b - from > 1)) {
                    break;
                }
                to = Math.max(to, b);
                bar = -1;
                j++;
            }
        }
        const x = Math.max(from, left);
        paint(x, Math.max(Math.min(to, edge) - x, 0.6), looks[i], bar);
        i = j;
    }
}
