// SPDX-License-Identifier: GPL-2.0-only
// Why an iteration takes as long as it does: the parts of its critical path, its steps, and whom they waited for.
import { chart, tipStyle, tooltip } from './charts.js';
import { canvasBox, timeAxis, tips } from './canvas.js';
import { numbers, words } from './data.js';
import { folded, h, notes, plainTable, section, select } from './dom.js';
import { percent, ties, time, timeScale, whole } from './format.js';
import { paintPath } from './gantt.js';
import { PARTS } from './looks.js';
import { dataTable } from './table.js';
import { control, timeView } from './view.js';

// Rows [at, end) of sorted columns run, job, iteration, by their key.
function ranges(columns) {
    const [run, job, iteration] = ['run', 'job', 'iteration'].map((name) => numbers(columns[name]));
    const found = new Map();
    for (let i = 0; i < run.length; i++) {
        const key = `${run[i]} ${job[i]} ${iteration[i]}`;
        if (!found.has(key)) {
            found.set(key, [i, i]);
        }
        found.get(key)[1] = i + 1;
    }
    return found;
}

// The critical paths of all iterations; null when the report has none.
export function criticalPaths(data) {
    if (data.why.missing) {
        return null;
    }
    const s = data.why.steps;
    const at = ranges(s);
    const columns = Object.fromEntries(['step', 'device', 'to', 'start', 'end', 'transmission', 'waiting', 'delay'].map((n) => [n, numbers(s[n])]));
    const kind = words(s.kind);
    const name = words(s.name);

    function one(run, job, iteration, zero) {
        const [from, to] = at.get(`${run} ${job} ${iteration}`) || [0, 0];
        const found = [];
        for (let i = from; i < to; i++) {
            const { start, end, transmission, waiting, delay } = columns;
            const step = { number: columns.step[i], kind: kind(i), name: name(i), device: columns.device[i], to: columns.to[i], begin: start[i], finish: end[i] };
            Object.assign(step, { start: start[i] - zero, end: end[i] - zero, transmission: transmission[i], waiting: waiting[i], delay: delay[i] });
            // Compute steps are nothing else, so the rounding of the others' parts stays in the last.
            step.compute = step.kind === 'compute' ? end[i] - start[i] - delay[i] : 0;
            found.push(step);
        }
        return found;
    }
    return {
        iterations(run, job) {
            return [...at.keys()].map((k) => k.split(' ').map(Number)).filter(([r, j]) => r === run && j === job).map((k) => k[2]);
        },
        // Times since the start of the iteration; of all iterations (-1), since that of the first.
        steps(run, job, iteration) {
            const wanted = iteration < 0 ? this.iterations(run, job) : [iteration];
            const first = at.get(`${run} ${job} ${wanted[0]}`);
            const zero = first ? columns.start[first[0]] : 0;
            return wanted.flatMap((i) => one(run, job, i, zero));
        },
        describe: (step) => [
            step.name || step.kind,
            placeOf(step),
            ...PARTS.filter((p) => step[p.key] > 0).map((p) => `${p.title}: ${time(step[p.key])}`),
        ],
    };
}

function placeOf(step) {
    if (step.kind === 'flow') {
        return `GPU ${step.device} → GPU ${step.to}`;
    }
    return step.device >= 0 ? `GPU ${step.device}` : '';
}

export function partsChart(label) {
    const bars = chart(label, 220);
    // rows: [name, {compute, transmission, waiting, delay}], in seconds; the shortest get a star where not all are equal.
    bars.show = (rows, per = 'iteration') => {
        const totals = rows.map(([, parts]) => PARTS.reduce((sum, p) => sum + parts[p.key], 0));
        const least = Math.min(...totals);
        const starred = totals.map((total) => ties(total, least) && !ties(least, Math.max(...totals)));
        const [factor, unit] = timeScale(Math.max(...totals, 0));
        const narrow = window.innerWidth < 600;
        bars.set(
            {
                aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
                grid: { left: 8, right: narrow ? 80 : 84, top: narrow ? 54 : 34, bottom: 34, containLabel: true },
                legend: { top: 0, left: 0, itemWidth: 22, itemHeight: 12, selectedMode: false, textStyle: { fontSize: 12 } },
                xAxis: { type: 'value', name: `mean time of an ${per} [${unit}]`, nameLocation: 'middle', nameGap: 26, max: (v) => v.max, axisLabel: { showMaxLabel: false } },
                yAxis: { type: 'category', inverse: true, data: rows.map(([name]) => name), axisLabel: { fontSize: 13, color: '#1c1c1c' }, axisTick: { show: false } },
                tooltip: {
                    ...tipStyle,
                    trigger: 'axis',
                    axisPointer: { type: 'shadow' },
                    formatter: ([{ dataIndex: i }]) => tooltip([rows[i][0], ...PARTS.map((p) => `${p.title}: ${time(rows[i][1][p.key])} (${percent(rows[i][1][p.key] / (totals[i] || 1))})`), `together: ${time(totals[i])}`]),
                },
                series: PARTS.map((part, n) => ({
                    type: 'bar',
                    name: part.title,
                    stack: 'all',
                    barMaxWidth: 26,
                    data: rows.map(([, parts]) => parts[part.key] * factor),
                    itemStyle: { color: part.colour, decal: part.decal, borderColor: '#fff', borderWidth: 0.5 },
                    label: n < PARTS.length - 1 ? { show: false } : {
                        show: true, position: 'right', color: '#1c1c1c', fontSize: 12,
                        formatter: ({ dataIndex: i }) => time(totals[i]) + (starred[i] ? ' ★' : ''),
                    },
                })),
            },
            rows.length * 34 + (narrow ? 100 : 80),
        );
        bars.label(`Stacked bars: ${rows.map(([name], i) => `${name} ${time(totals[i])}${starred[i] ? ' ★' : ''}`).join(', ')}`);
    };
    return bars;
}

export function whySection(data, selection, paths) {
    const rows = () => data.schedulers.map((name, run) => {
        const found = data.split.find(([r, j]) => r === run && j === data.jobs.indexOf(selection.job));
        const mean = (i) => (found && found[2] ? found[i] / found[2] : 0);
        return [name, { compute: mean(3), transmission: mean(4), waiting: mean(5), delay: mean(6) }];
    });
    const total = (parts) => PARTS.reduce((sum, p) => sum + parts[p.key], 0);
    const bars = partsChart('Parts of the critical path');
    bars.click(({ dataIndex }) => selection.set({ scheduler: data.schedulers[dataIndex] }));
    const jobSelect = select('Job', data.jobs.map((j) => [j, j]), selection.job, (v) => selection.set({ job: v }));
    const alternative = folded('These bars as a table', () =>
        plainTable(`Mean iteration of ${selection.job}, by part of its critical path`, ['Scheduler', ...PARTS.map((p) => p.title), 'together'],
            rows().map(([name, parts]) => [name, ...PARTS.map((p) => time(parts[p.key])), time(total(parts))])));
    const takeaway = h('p', { className: 'takeaway', 'aria-live': 'polite' });
    const detail = h('div');
    const schedulerSelect = select('Scheduler', data.schedulers.map((s) => [s, s]), selection.scheduler, (v) => selection.set({ scheduler: v }));
    const iterationSelect = select('Iteration', [], '', (v) => selection.set({ iteration: Number(v) }));

    function drawBars() {
        jobSelect.set(selection.job);
        const found = rows();
        bars.show(found);
        takeaway.textContent = sentence(found, selection.job);
        alternative.refresh();
    }

    const strip = paths && stripOf(paths, selection);
    const waits = paths && data.why.waits;
    const waitRanges = waits && ranges(waits);
    const blockers = h('div', { id: 'blockers' });
    const stepsBox = folded('Steps of the critical path, one by one', stepsTable);
    let oneByOne = false;
    const account = h('p', { className: 'takeaway', 'aria-live': 'polite' });

    function current() {
        const run = data.schedulers.indexOf(selection.scheduler);
        const job = data.jobs.indexOf(selection.job);
        const known = paths.iterations(run, job);
        const iteration = known.includes(selection.iteration) ? selection.iteration : known[known.length >> 1];
        return { run, job, iteration, known };
    }

    function drawDetail() {
        const { run, job, iteration, known } = current();
        schedulerSelect.set(selection.scheduler);
        iterationSelect.fill(known.map((i) => [i, String(i)]), iteration);
        const steps = paths.steps(run, job, iteration);
        const sum = (key) => steps.reduce((all, step) => all + step[key], 0);
        const length = steps.length ? steps[steps.length - 1].end : 0;
        const found = blockersOf(run, job, iteration);
        const waiting = sum('waiting');
        const own = found.filter((b) => b.job === selection.job).reduce((all, b) => all + b.seconds, 0);
        const share = (x) => (x > 0 && x < 0.005 * length ? '<1\u00a0%' : percent(length ? x / length : 0, 0));
        account.textContent =
            `Iteration ${iteration} of ${selection.job} under ${selection.scheduler} takes ${time(length)}: ` +
            `${time(sum('compute'))} (${share(sum('compute'))}) compute, ${time(sum('transmission'))} (${share(sum('transmission'))}) transmission, ` +
            `${time(waiting)} (${share(waiting)}) waiting for bandwidth` + (sum('delay') > 0 ? `, ${time(sum('delay'))} (${share(sum('delay'))}) delay.` : '.') +
            (waiting > 0 && found.length ? ` Of the waiting, ${percent(own / waiting, 0)} is for the job's own flows${data.jobs.length > 1 ? `, ${percent(found.filter((b) => b.job && b.job !== selection.job).reduce((all, b) => all + b.seconds, 0) / waiting, 0)} for those of other jobs` : ''}.` : '');
        strip.show(steps);
        drawBlockers(found, waiting);
        stepsBox.refresh();
    }

    // Whom the steps of an iteration waited for: one entry per EchelonFlow, with the links where.
    function blockersOf(run, job, iteration) {
        const [from, to] = waitRanges.get(`${run} ${job} ${iteration}`) || [0, 0];
        const column = (name) => numbers(waits[name]);
        const [blockingIteration, group, seconds] = ['blocking_iteration', 'blocking_group', 'seconds'].map(column);
        const [link, blockingJob, name, kind] = ['link', 'blocking_job', 'blocking_name', 'blocking_kind'].map((n) => words(waits[n]));
        const found = new Map();
        for (let i = from; i < to; i++) {
            const key = `${blockingJob(i)} ${blockingIteration[i]} ${group[i]}`;
            if (!found.has(key)) {
                found.set(key, { job: blockingJob(i), iteration: blockingIteration[i], group: group[i], name: name(i), kind: kind(i), seconds: 0, links: new Map() });
            }
            const entry = found.get(key);
            entry.seconds += seconds[i];
            entry.links.set(link(i), (entry.links.get(link(i)) || 0) + seconds[i]);
        }
        return [...found.values()].sort((a, b) => b.seconds - a.seconds);
    }

    // EchelonFlows of one job, iteration and kind as one entry.
    function byKind(found) {
        const kinds = new Map();
        for (const entry of found) {
            const key = entry.name ? `${entry.job}\u0000${entry.iteration}\u0000${entry.kind}` : entry;
            if (!kinds.has(key)) {
                kinds.set(key, { ...entry, many: 0, seconds: 0, links: new Map() });
            }
            const kind = kinds.get(key);
            kind.many++;
            kind.seconds += entry.seconds;
            entry.links.forEach((seconds, link) => kind.links.set(link, (kind.links.get(link) || 0) + seconds));
        }
        return [...kinds.values()].sort((x, y) => y.seconds - x.seconds);
    }

    function drawBlockers(all, waiting) {
        if (!all.length) {
            blockers.replaceChildren(h('p', {}, 'Its critical path never waited for bandwidth.'));
            return;
        }
        const found = all.length <= 8 || oneByOne ? all : byKind(all);
        const where = (entry) => {
            const sorted = [...entry.links].sort((x, y) => y[1] - x[1]);
            const rest = sorted.length > 1 ? ` and ${sorted.length - 1} other${sorted.length > 2 ? 's' : ''}` : '';
            return sorted[0][0] ? `${sorted[0][0]}${rest}` : '–';
        };
        const text = (entry) => {
            if (!entry.name) {
                return entry.job ? 'short waits, summed' : '(unattributed), short waits, summed';
            }
            return entry.many > 1 ? `${entry.kind} (${entry.many} EchelonFlows)` : entry.name;
        };
        const table = dataTable({
            caption: `It waited ${time(waiting)} for`,
            count: found.length,
            page: 8,
            columns: [
                { title: 'EchelonFlow', value: (i) => text(found[i]) },
                { title: 'of job', value: (i) => found[i].job || '–' },
                { title: 'iteration', numeric: true, value: (i) => found[i].iteration, text: (i) => (found[i].iteration < 0 ? '–' : String(found[i].iteration)) },
                { title: 'at link', value: (i) => where(found[i]) },
                { title: 'waited', numeric: true, ascending: false, value: (i) => found[i].seconds, text: (i) => time(found[i].seconds) },
                { title: 'share', numeric: true, ascending: false, value: (i) => found[i].seconds, text: (i) => percent(found[i].seconds / (waiting || 1)) },
            ],
            sort: [4, false],
        });
        const choice = all.length <= 8 ? null : h('label', { className: 'check' },
            h('input', { type: 'checkbox', checked: oneByOne, onchange: (event) => { oneByOne = event.target.checked; drawBlockers(all, waiting); blockers.querySelector('input').focus(); } }),
            `list its ${all.length} EchelonFlows one by one`);
        blockers.replaceChildren(...[table.element, choice].filter(Boolean));
    }

    function stepsTable() {
        const { run, job, iteration } = current();
        const steps = paths.steps(run, job, iteration);
        const part = (key, title) => ({ title, numeric: true, ascending: false, value: (i) => steps[i][key], text: (i) => (steps[i][key] > 0 ? time(steps[i][key]) : '–') });
        return dataTable({
            caption: `${whole(steps.length)} steps; each starts when the one before it ends`,
            count: steps.length,
            page: 20,
            columns: [
                { title: 'step', numeric: true, value: (i) => steps[i].number },
                { title: 'kind', value: (i) => steps[i].kind },
                { title: 'name', value: (i) => steps[i].name },
                { title: 'where', value: (i) => placeOf(steps[i]) },
                { title: 'start', numeric: true, value: (i) => steps[i].start, text: (i) => time(steps[i].start) },
                ...PARTS.map((p) => part(p.key, p.key)),
                {
                    title: 'timeline', value: (i) => i,
                    text: (i) => h('button', { type: 'button', 'aria-label': `Show step ${steps[i].number} in the timeline`, onclick: () => selection.set({ iteration, window: [steps[i].begin, steps[i].finish, selection.scheduler] }) }, 'show'),
                },
            ],
        }).element;
    }

    if (paths) {
        detail.append(
            h('h3', {}, 'One iteration, and whom it waited for'),
            h('div', { className: 'controls' }, schedulerSelect.element, iterationSelect.element),
            account, strip.element, blockers, stepsBox,
        );
        drawDetail();
    } else {
        detail.append(h('p', { className: 'notice' }, `No steps: ${data.why.missing}`));
    }
    drawBars();
    selection.listen((what) => {
        if (what.has('job')) {
            drawBars();
        }
        if (paths && ['job', 'iteration', 'scheduler'].some((name) => what.has(name))) {
            drawDetail();
        }
    });
    return section(
        'why', 'Why: the critical path',
        h('p', { className: 'lead' }, 'An iteration ends when its critical path does: the chain of compute and flows in which each step starts when the one before it ends. Transmission is what a flow would take alone on its path; what it takes beyond that is waiting for bandwidth. Where no competing flow is known to have taken it, the wait is unattributed: the scheduler or a late decision left the bandwidth unused, or, on packets, the flow queued. A delay is neither: latency, or a GPU that another job holds.'),
        h('div', { className: 'controls' }, jobSelect.element),
        takeaway, bars.element, alternative, detail, notes(data.why.notes),
    );
}

// What tells the best scheduler from the worst.
function sentence(rows, job) {
    const totals = rows.map(([, parts]) => PARTS.reduce((sum, p) => sum + parts[p.key], 0));
    const best = totals.indexOf(Math.min(...totals));
    const worst = totals.indexOf(Math.max(...totals));
    const gap = totals[worst] - totals[best];
    if (rows.length < 2 || ties(totals[best], totals[worst])) {
        return '';
    }
    const differences = PARTS.map((p) => [p.title, rows[worst][1][p.key] - rows[best][1][p.key]])
        .filter(([, d]) => Math.abs(d) > 0.05 * gap)
        .sort((a, b) => b[1] - a[1])
        .map(([title, d]) => `${time(Math.abs(d), 3)} ${d > 0 ? 'more' : 'less'} ${title}`);
    return `An iteration of ${job} is ${time(gap, 3)} longer under ${rows[worst][0]} than under ${rows[best][0]}: ${differences.join(', ')}.`;
}

// The steps of one iteration along its time.
function stripOf(paths) {
    const view = timeView();
    let shown = [];
    let width = 1;
    const box = canvasBox('The steps of the critical path along the iteration. Arrow keys pan, plus and minus zoom.', (context, wide) => {
        width = wide;
        timeAxis(context, view, 0, wide, 0, 34);
        paintPath(context, shown, view, 0, wide, 4, 26);
    });
    control(box.canvas, view, () => [0, width]);
    view.listen(box.redraw);
    tips(box.element, box.canvas, (x, y) => {
        const at = view.from + (x / width) * (view.to - view.from);
        const step = y < 34 && shown.find((s) => s.start <= at && s.end >= at);
        return step ? paths.describe(step) : null;
    });
    return {
        element: box.element,
        show(steps) {
            shown = steps;
            view.reset(0, steps.length ? steps[steps.length - 1].end : 1);
            box.setHeight(56);
        },
    };
}
