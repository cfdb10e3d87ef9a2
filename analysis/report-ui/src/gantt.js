// SPDX-License-Identifier: GPL-2.0-only
// Compute and flows of chosen GPUs, one panel per scheduler, all on one time axis.
import { numbers, words } from './data.js';
import { folded, h, notes, plainTable, section, select } from './dom.js';
import { canvasBox, makeBrush, timeAxis, tips } from './canvas.js';
import { bytes, percent, ties, time } from './format.js';
import { firstAfter, lanesOf, visit } from './gantt-bars.js';
import { BLACK, BLUE, INK, MUTED, PARTS, RULE, computeLooks, flowLooks, pattern } from './looks.js';
import { buttons, control, timeView } from './view.js';

const TITLE = 26;
const PATH = 15;
const COMPUTE = 17;
const FLOWS = 14;
const ROW = COMPUTE + FLOWS + 7;
const GAP = 10;
const AXIS = 26;

// Bars of one panel for a choice of iteration (-1: all), shifted by `zero`.
function makeBars(columns, lane, wanted, zero, look) {
    const gpu = numbers(columns.gpu);
    const lanes = numbers(lane);
    const iteration = numbers(columns.iteration);
    const start = numbers(columns.start);
    const duration = numbers(columns.duration);
    const picked = [];
    for (let i = 0; i < gpu.length; i++) {
        if (wanted < 0 || iteration[i] === wanted) {
            picked.push(i);
        }
    }
    const critical = numbers(columns.critical);
    const take = (f) => Float64Array.from(picked, f);
    const codes = numbers(columns.look);
    const bars = {
        index: picked,
        gpu: take((i) => gpu[i]),
        lane: take((i) => lanes[i]),
        starts: take((i) => start[i] - zero),
        ends: take((i) => start[i] + duration[i] - zero),
        looks: picked.map((i) => look(codes[i])),
        critical: Uint8Array.from(picked, (i) => critical[i]),
        name: words(columns.name),
        columns,
    };
    return bars;
}

export function ganttSection(data, selection, path) {
    const doc = data.gantt;
    if (doc.missing) {
        return section('gantt', 'Timeline', h('p', { className: 'notice' }, `No timeline: ${doc.missing}`));
    }
    const view = timeView();
    let panels = [];
    let looksShown = new Map();
    const place = { left: 84, width: 100 };
    const brush = makeBrush();
    let job = null;
    let height = 0;

    const box = canvasBox('Timeline of compute and flows per scheduler. Arrow keys pan, plus and minus zoom, 0 shows everything.', paint);
    control(box.canvas, view, () => [place.left, place.width]);
    tips(box.element, box.canvas, find);
    view.listen(() => {
        box.redraw();
        status.textContent = '';
    });

    const status = h('p', { className: 'note', role: 'status', 'aria-live': 'polite' });
    const legend = h('ul', { className: 'legend', 'aria-label': 'Legend of the timeline' });
    const jobs = doc.jobs.map((entry) => [entry.job, entry.job]);
    const jobSelect = select('Job', jobs, doc.jobs[0].job, (value) => selection.set({ job: value }));
    const iterationSelect = select('Iteration', [], '', (value) => selection.set({ iteration: Number(value) }));
    const table = folded('Bars in view as a table', barsTable);

    function rebuild() {
        const entry = doc.jobs.find((e) => e.job === selection.job);
        if (!entry) {
            status.textContent = `The timeline has no bars of ${selection.job}.`;
            return;
        }
        job = entry;
        jobSelect.set(entry.job);
        const several = entry.iterations.length > 1 ? [[-1, 'all']] : [];
        const known = [...entry.iterations.map((i) => [i, String(i)]), ...several];
        const wanted = known.some(([i]) => i === selection.iteration) ? selection.iteration : entry.iterations[entry.iterations.length >> 1];
        iterationSelect.fill(known, wanted);
        const number = data.jobs.indexOf(entry.job);
        panels = entry.runs.map((run, r) => {
            const own = run.iterations.find(([i]) => i === wanted);
            const zero = own ? own[1] : run.iterations.length ? run.iterations[0][1] : 0;
            const last = own || run.iterations[run.iterations.length - 1] || [0, 0, 0];
            const flowLook = flowLooks(run.flows.look.words);
            const looks = computeLooks(run.compute.look.words);
            const compute = makeBars(run.compute, run.compute.stream, wanted, zero, (c) => looks[c]);
            const flows = makeBars(run.flows, run.flows.lane, wanted, zero, (c) => flowLook.get(run.flows.look.words[c]));
            return {
                scheduler: data.schedulers[r],
                zero,
                end: last[2] - zero,
                compute,
                flows,
                lanes: [
                    ...lanesOf(compute.gpu, compute.lane, 'compute', entry.gpus.length),
                    ...lanesOf(flows.gpu, flows.lane, 'flow', entry.gpus.length),
                ],
                steps: path ? path.steps(r, number, wanted) : [],
            };
        });
        looksShown = new Map();
        for (const panel of panels) {
            for (const look of [...new Set(panel.compute.looks), ...new Set(panel.flows.looks)]) {
                looksShown.set(look.title, look);
            }
        }
        drawLegend();
        const each = TITLE + (path ? PATH + 4 : 0) + entry.gpus.length * ROW + GAP;
        height = panels.length * each + AXIS;
        box.setHeight(height);
        view.reset(0, Math.max(...panels.map((p) => p.end), 1e-12) * 1.005);
        const count = panels.reduce((sum, p) => sum + p.compute.starts.length + p.flows.starts.length, 0);
        box.canvas.dataset.bars = count;
        table.refresh();
    }

    function drawLegend() {
        const swatch = (look) => {
            const canvas = h('canvas', { width: 26, height: 12, 'aria-hidden': 'true' });
            const c = canvas.getContext('2d');
            c.fillStyle = look.hatch ? pattern(c, look) : look.colour;
            c.fillRect(0, 0, 26, 12);
            c.strokeStyle = 'rgba(0,0,0,.45)';
            c.strokeRect(0.5, 0.5, 25, 11);
            return canvas;
        };
        const items = [...looksShown.values()].map((look) => h('li', {}, swatch(look), look.title));
        if (path) {
            const outlined = h('span', { className: 'outlined', 'aria-hidden': 'true' });
            items.push(h('li', {}, outlined, 'on the critical path'), h('li', { className: 'break' }, 'critical path:'));
            items.push(...PARTS.map((part) => h('li', {}, swatch({ colour: part.colour, hatch: part.key === 'waiting' ? 'up' : null }), part.title)));
        }
        const first = [...looksShown.values()].length + (path ? 1 : 0);
        items.splice(first, 0, h('li', {}, h('span', { className: 'dashed', 'aria-hidden': 'true' }), 'end of the iteration'));
        legend.replaceChildren(...items);
    }

    // Where things stand; calls back with the top of every part.
    function layout(panelNumber) {
        const each = TITLE + (path ? PATH + 4 : 0) + job.gpus.length * ROW + GAP;
        const top = panelNumber * each;
        return { top, path: top + TITLE, rows: top + TITLE + (path ? PATH + 4 : 0), bottom: top + each - GAP };
    }

    function boxOf(lane, rows) {
        const top = rows + lane.row * ROW;
        if (lane.what === 'compute') {
            const size = COMPUTE / lane.lanes;
            return [top + lane.lane * size, size];
        }
        const size = FLOWS / lane.lanes;
        return [top + COMPUTE + 1 + lane.lane * size, size - 0.5];
    }

    function paint(context, width) {
        if (!job) {
            return;
        }
        place.left = width < 600 ? 58 : 84;
        place.width = width - place.left - 8;
        const { left } = place;
        const wide = place.width;
        const bottom = layout(panels.length - 1).bottom;
        timeAxis(context, view, left, wide, TITLE, bottom);
        panels.forEach((panel, p) => {
            const at = layout(p);
            context.textAlign = 'left';
            context.fillStyle = '#fff';
            context.fillRect(0, at.top, width, TITLE - 4);
            context.fillStyle = INK;
            context.font = context.font.replace(/^(bold )?/, 'bold ');
            context.fillText(panel.scheduler, 0, at.top + 12);
            context.font = context.font.replace('bold ', '');
            context.textAlign = 'right';
            const base = panels[data.schedulers.indexOf(data.compare.reference)] || panels[0];
            const differs = panel !== base && base.end > 0 && !ties(panel.end, base.end) ? `  (${panel.end >= base.end ? '+' : ''}${percent(panel.end / base.end - 1)} against ${base.scheduler})` : '';
            context.fillText(`${time(panel.end)}${differs}`, left + wide, at.top + 12);
            context.strokeStyle = RULE;
            context.beginPath();
            for (let row = 0; row <= job.gpus.length; row++) {
                const y = Math.round(at.rows + row * ROW - 3) + 0.5;
                context.moveTo(left, y);
                context.lineTo(left + wide, y);
            }
            context.stroke();
            context.textAlign = 'left';
            context.fillStyle = MUTED;
            if (path) {
                context.fillText(place.left < 80 ? 'path' : 'critical path', 0, at.path + PATH / 2);
            }
            job.gpus.forEach(([device, alike], row) => {
                const y = at.rows + row * ROW;
                context.fillText(`GPU ${device}`, 0, y + COMPUTE / 2);
                if (alike > 1 && place.left > 80) {
                    context.font = context.font.replace('12px', '10px');
                    context.fillText(`1 of ${alike} alike`, 0, y + COMPUTE + 7);
                    context.font = context.font.replace('10px', '12px');
                }
            });
            context.save();
            context.beginPath();
            context.rect(left, at.top, wide, at.bottom - at.top + 2);
            context.clip();
            if (path) {
                paintPath(context, panel.steps, view, left, wide, at.path, PATH);
            }
            const outlines = [];
            const labels = [];
            for (const lane of panel.lanes) {
                const bars = lane.what === 'compute' ? panel.compute : panel.flows;
                const [y, size] = boxOf(lane, at.rows);
                visit(bars, lane, view, left, wide, (x, w, look, bar) => {
                    const inset = w > 4 ? 0.5 : 0;
                    brush.fill(look.hatch && w > 5 ? pattern(context, look) : look.colour, x, y, w - inset, size);
                    if (bar >= 0 && w > 3 && bars.critical[bar]) {
                        outlines.push(x, y, w - inset, size);
                    }
                    if (bar >= 0 && w > 22 && lane.what === 'compute' && size > 12) {
                        labels.push([bars.name(bars.index[bar]), x, w, y + size / 2, look.colour]);
                    }
                });
            }
            brush.flush(context);
            labels.forEach((args) => label(context, ...args));
            context.strokeStyle = BLACK;
            context.lineWidth = 1.5;
            for (let i = 0; i < outlines.length; i += 4) {
                context.strokeRect(outlines[i] + 0.75, outlines[i + 1] + 0.75, outlines[i + 2] - 1.5, outlines[i + 3] - 1.5);
            }
            context.setLineDash([5, 3]);
            const x = left + ((panel.end - view.from) * wide) / (view.to - view.from);
            context.lineWidth = 1.25;
            context.beginPath();
            context.moveTo(x, at.path);
            context.lineTo(x, at.bottom);
            context.stroke();
            context.restore();
        });
    }

    function label(context, name, x, width, y, colour) {
        const short = context.measureText(name).width < width - 6 ? name : (name.match(/\d+/) || [''])[0];
        if (short && context.measureText(short).width < width - 4) {
            context.textAlign = 'center';
            context.fillStyle = colour === BLUE || colour === BLACK ? '#fff' : BLACK;
            context.fillText(short, x + width / 2, y + 0.5);
        }
    }

    function find(x, y) {
        if (!job || x < place.left) {
            return null;
        }
        const at = view.from + ((x - place.left) / place.width) * (view.to - view.from);
        const pixel = (view.to - view.from) / place.width;
        for (let p = 0; p < panels.length; p++) {
            const where = layout(p);
            if (y < where.path || y > where.bottom) {
                continue;
            }
            const panel = panels[p];
            if (path && y < where.path + PATH) {
                const step = panel.steps.find((s) => s.start <= at && s.end >= at);
                return step ? path.describe(step) : null;
            }
            for (const lane of panel.lanes) {
                const [top, size] = boxOf(lane, where.rows);
                if (y < top || y > top + size) {
                    continue;
                }
                const bars = lane.what === 'compute' ? panel.compute : panel.flows;
                const bar = firstAfter(bars.ends, lane.at, lane.end, at - pixel);
                if (bar < lane.end && bars.starts[bar] <= at + pixel) {
                    return describe(panel, bars, bar, lane.what);
                }
            }
        }
        return null;
    }

    function describe(panel, bars, bar, what) {
        const i = bars.index[bar];
        const { columns } = bars;
        const from = job.gpus[bars.gpu[bar]][0];
        const lines = [bars.name(i)];
        if (what === 'compute') {
            lines.push(`GPU ${from}, compute, iteration ${numbers(columns.iteration)[i]}`);
        } else {
            const many = numbers(columns.flows)[i];
            lines.push(`GPU ${from} → GPU ${numbers(columns.to)[i]}${many > 1 ? ` and others (${many} flows)` : ''}, ${bytes(numbers(columns.bytes)[i])}`);
            const late = numbers(columns.late)[i];
            lines.push(late > 0 ? `${time(late)} after its ideal finish` : `${time(-late)} before its ideal finish`);
        }
        lines.push(`from ${time(bars.starts[bar])} for ${time(bars.ends[bar] - bars.starts[bar])}`);
        if (bars.critical[bar]) {
            lines.push('on the critical path');
        }
        return lines;
    }

    function barsTable() {
        const rows = [];
        for (const panel of panels) {
            for (const [bars, what] of [[panel.compute, 'compute'], [panel.flows, 'flow']]) {
                for (let bar = 0; bar < bars.starts.length && rows.length < 400; bar++) {
                    if (bars.ends[bar] > view.from && bars.starts[bar] < view.to) {
                        rows.push([bars.name(bars.index[bar]), panel.scheduler, what, String(job.gpus[bars.gpu[bar]][0]), time(bars.starts[bar]), time(bars.ends[bar] - bars.starts[bar])]);
                    }
                }
            }
        }
        const again = h('button', { type: 'button', onclick: () => table.refresh() }, 'Refresh after zooming');
        return h('div', {}, again, plainTable(`Bars in view${rows.length >= 400 ? ', the first 400' : ''}`, ['Name', 'Scheduler', 'Kind', 'GPU', 'Start', 'Duration'], rows));
    }

    selection.listen((what) => {
        if (what.has('job') || what.has('iteration')) {
            rebuild();
        }
        if (what.has('window') && selection.window) {
            const [from, to, scheduler] = selection.window;
            const panel = panels.find((p) => p.scheduler === scheduler) || panels[0];
            const margin = Math.max(0.6 * (to - from), 0.01 * panel.end);
            view.show(from - panel.zero - margin, to - panel.zero + margin);
            box.element.scrollIntoView({ block: 'start' });
            box.canvas.focus({ preventScroll: true });
        }
    });
    rebuild();

    return section(
        'gantt',
        'Timeline',
        h('p', { className: 'lead' }, 'What each GPU computes (upper bars) and sends over the network (thin hatched bars), scheduler by scheduler, on one time axis. One GPU stands for all that do the same.'),
        h('div', { className: 'controls' }, jobSelect.element, iterationSelect.element, buttons(view)),
        legend,
        box.element,
        h('p', { className: 'note' }, 'Drag to pan, double-click or Ctrl + wheel to zoom; with the keyboard: arrow keys, + and −, 0 for everything. Bars narrower than a pixel are drawn together; zoom in to tell them apart.'),
        notes(doc.notes),
        status,
        table,
    );
}

// The critical path's steps as one strip: a step with several parts is divided by their shares, from top to bottom; so are steps
// narrower than two pixels, together.
export function paintPath(context, steps, view, left, width, top, height) {
    const scale = width / (view.to - view.from);
    let low = 0;
    for (let high = steps.length; low < high; ) {
        const middle = (low + high) >> 1;
        if (steps[middle].end > view.from) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    const edge = left + width;
    const brush = makeBrush();
    const colours = PARTS.map((part) => part.colour);
    const hatched = PARTS.map((part) => (part.key === 'waiting' ? pattern(context, { colour: part.colour, hatch: 'up' }) : part.colour));
    for (let i = low; i < steps.length && steps[i].start < view.to; ) {
        const begin = Math.max(left, left + (steps[i].start - view.from) * scale);
        let end = begin;
        const sums = [0, 0, 0, 0];
        do {
            for (let p = 0; p < PARTS.length; p++) {
                sums[p] += steps[i][PARTS[p].key];
            }
            end = Math.min(edge, left + (steps[i].end - view.from) * scale);
            i++;
        } while (end - begin < 2 && i < steps.length && steps[i].start < view.to);
        const total = sums[0] + sums[1] + sums[2] + sums[3];
        const wide = Math.max(end - begin - (end - begin > 3 ? 0.5 : 0), 0.6);
        let y = top;
        for (let p = 0; p < PARTS.length; p++) {
            if (sums[p] > 0) {
                const size = (height * sums[p]) / total;
                brush.fill(wide > 4 ? hatched[p] : colours[p], begin, y, wide, size);
                y += size;
            }
        }
    }
    brush.flush(context);
}
