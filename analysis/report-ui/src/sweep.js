// SPDX-License-Identifier: GPL-2.0-only
// The sections of a sweep: a metric against a parameter, the parts of the critical path, and all points.
import { chart, tipStyle, tooltip } from './charts.js';
import { lineLegend } from './cdf.js';
import { numbers, words } from './data.js';
import { alone, folded, freshId, h, notes, plainTable, section, select } from './dom.js';
import { number, time, timeScale, whole } from './format.js';
import { DASHES, LINES, SYMBOLS } from './looks.js';
import { provenanceSection } from './provenance.js';
import { dataTable } from './table.js';
import { partsChart } from './why.js';

const HOW = [
    'A point is one scenario of the sweep; each ran under every scheduler. A line shows the mean over the points that the choices above it leave, of speed-ups the geometric mean; pointing at a mark, or the table beneath, gives the range from the lowest to the highest.',
    'The speed-up compares the mean iteration time with that of the reference at the same point; with several jobs it is the geometric mean of theirs. Above 1× is faster.',
    'Compute, transmission, waiting and delay are parts of the critical path, of a mean iteration.',
];

const show = (metric, value) => (metric.unit === 's' ? time(value) : metric.unit === '×' ? `${value.toFixed(3)}×` : `${number(value)}${metric.unit ? ` ${metric.unit}` : ''}`);

// Ratios are averaged by their logarithms, as in the headline.
function meanOf(metric, list) {
    const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
    return metric.geometric ? Math.exp(mean(list.map(Math.log))) : mean(list);
}

// Values with NaN where there is none.
function valuesOf(column) {
    const values = Float64Array.from(numbers(column));
    for (const i of column.holes) {
        values[i] = NaN;
    }
    return values;
}

// A choice of values for each axis: the points that it leaves.
function makeChoice(data) {
    const wanted = new Map();
    const listeners = [];
    const varying = data.axes.filter((a) => a.values.length > 1);
    const selects = varying.map((axis) => ({
        axis,
        ...select(axis.name, [['', 'all'], ...axis.values.map((v, i) => [i, `${v}${axis.unit ? ` ${axis.unit}` : ''}`])], '', (v) => {
            wanted.set(axis.name, v);
            listeners.forEach((listener) => listener());
        }),
    }));
    return {
        selects,
        listen: (listener) => listeners.push(listener),
        // Whether a point is in; the axis `but` counts as free.
        has(point, but = null) {
            return varying.every((axis) => axis === but || !wanted.get(axis.name) || numbers(axis.codes)[point] === Number(wanted.get(axis.name)));
        },
        text(but = null) {
            const fixed = varying.filter((axis) => axis !== but && wanted.get(axis.name)).map((axis) => `${axis.name} ${axis.values[Number(wanted.get(axis.name))]}`);
            return fixed.length ? fixed.join(', ') : 'all points';
        },
    };
}

// Steps of an axis that are even, in values or in their logarithms, are drawn as such.
function even(values) {
    const gaps = (list) => list.slice(1).map((v, i) => v - list[i]);
    const alike = (list) => list.every((g) => Math.abs(g - list[0]) < 1e-6 * Math.abs(list[0]));
    return alike(gaps(values)) || (values[0] > 0 && alike(gaps(values.map(Math.log))));
}

export function sweepSections(data) {
    const choice = makeChoice(data);
    const point = numbers(data.runs.point);
    const scheduler = numbers(data.runs.scheduler);
    const metrics = data.runs.metrics.map((m) => ({ ...m, list: valuesOf(m.values) }));
    return [
        alone('against', 'A metric against a parameter', () => linesSection(data, choice, metrics, point, scheduler)),
        alone('why', 'Why: the critical path', () => partsSection(data, choice)),
        alone('points', 'Points', () => pointsSection(data, metrics, point, scheduler)),
        provenanceSection(data, HOW),
    ];
}

function linesSection(data, choice, metrics, point, scheduler) {
    const varying = choice.selects.map((s) => s.axis);
    let axis = varying.find((a) => a.numeric && a.name !== 'seed') || varying[0];
    if (!axis) {
        return section('against', 'A metric against a parameter', h('p', { className: 'notice' }, 'No parameter varies among the points with a result.'));
    }
    let metric = metrics[0];
    const plot = chart('A metric against a parameter', 380);
    const metricSelect = select('Metric', metrics.map((m) => [m.key, m.title]), metric.key, (v) => { metric = metrics.find((m) => m.key === v); draw(); });
    const axisSelect = select('against', varying.map((a) => [a.name, a.name]), axis.name, (v) => { axis = varying.find((a) => a.name === v); draw(); });
    const caption = h('p', { className: 'note', role: 'status' });
    const kindOfMean = () => (metric.geometric ? 'geometric mean' : 'mean');
    let curves = [];

    function collect() {
        const codes = numbers(axis.codes);
        const cells = data.schedulers.map(() => axis.values.map(() => []));
        for (let i = 0; i < point.length; i++) {
            if (choice.has(point[i], axis) && Number.isFinite(metric.list[i])) {
                cells[scheduler[i]][codes[point[i]]].push(metric.list[i]);
            }
        }
        return cells.map((row) => row.map((list) => (list.length ? { mean: meanOf(metric, list), low: Math.min(...list), high: Math.max(...list), count: list.length } : null)));
    }

    function draw() {
        choice.selects.forEach((s) => (s.element.hidden = s.axis === axis));
        curves = collect();
        const category = !axis.numeric || even(axis.values);
        const all = curves.flat().filter(Boolean);
        const [factor, unit] = metric.unit === 's' ? timeScale(Math.max(...all.map((c) => Math.abs(c.mean)), 0)) : [1, metric.unit];
        // As many digits as tell the marks of the axis apart.
        const values = all.map((c) => c.mean);
        const spread = Math.max(...values) - Math.min(...values);
        const places = spread > 0 ? Math.min(9, Math.max(2, Math.ceil(-Math.log10(spread / 5)))) : 2;
        const at = (i) => (category ? i : axis.values[i]);
        plot.set({
            grid: { left: 6, right: 20, top: 34, bottom: 40, containLabel: true },
            xAxis: category
                ? { type: 'category', data: axis.values.map(String), name: `${axis.name}${axis.unit ? ` [${axis.unit}]` : ''}`, nameLocation: 'middle', nameGap: 28, axisTick: { alignWithLabel: true } }
                : { type: 'value', scale: true, name: axis.name, nameLocation: 'middle', nameGap: 28, splitLine: { show: false } },
            yAxis: { type: 'value', scale: true, name: `${metric.title}${unit && unit !== '×' ? ` [${unit}]` : ''}`, nameTextStyle: { align: 'left', fontSize: 13, color: '#1c1c1c' }, axisLabel: { formatter: (v) => (unit === '×' ? `${v.toFixed(places)}×` : number(v)) } },
            tooltip: {
                ...tipStyle, trigger: 'item',
                formatter: ({ seriesIndex: s, data: [, , i] }) => {
                    const c = curves[s][i];
                    return tooltip([`${data.schedulers[s]} at ${axis.name} ${axis.values[i]}`, `${kindOfMean()} ${show(metric, c.mean)}`, `from ${show(metric, c.low)} to ${show(metric, c.high)}`, `${whole(c.count)} point${c.count === 1 ? '' : 's'}`]);
                },
            },
            series: curves.map((curve, s) => ({
                type: 'line', name: data.schedulers[s], color: LINES[s % LINES.length], symbol: SYMBOLS[s % SYMBOLS.length], symbolSize: 9,
                lineStyle: { width: 2, type: DASHES[s % DASHES.length] }, emphasis: { focus: 'series' },
                data: curve.map((c, i) => (c ? [at(i), c.mean * factor, i] : [at(i), '-', i])),
            })),
        });
        plot.label(`${metric.title} against ${axis.name}, ${choice.text(axis)}: ${data.schedulers.map((name, s) => `${name} ${curves[s].filter(Boolean).map((c) => show(metric, c.mean)).join(', ')}`).join('; ')}`);
        caption.textContent = `${metric.geometric ? 'Geometric mean' : 'Mean'} of ${choice.text(axis)} at each value of ${axis.name}.${metric.help ? ` ${metric.title}: ${metric.help}.` : ''}`;
        table.refresh();
    }
    const table = folded('This chart as a table', () =>
        plainTable(`${metric.title} (${kindOfMean()}; lowest to highest)`, [axis.name, ...data.schedulers], axis.values.map((v, i) => [String(v), ...data.schedulers.map((_, s) => (curves[s][i] ? `${show(metric, curves[s][i].mean)} (${show(metric, curves[s][i].low)} to ${show(metric, curves[s][i].high)})` : '–'))])));
    choice.listen(draw);
    draw();
    return section(
        'against', 'A metric against a parameter',
        h('div', { className: 'controls' }, metricSelect.element, axisSelect.element),
        varying.length > 1 ? h('div', { className: 'controls' }, h('span', { className: 'muted' }, 'Points with'), choice.selects.map((s) => s.element)) : null,
        lineLegend(data.schedulers), plot.element, caption, table,
    );
}

const PART_KEYS = ['compute', 'transmission', 'waiting', 'delay'];

function partsSection(data, choice) {
    const { jobs } = data;
    const point = numbers(jobs.point);
    const scheduler = numbers(jobs.scheduler);
    const job = words(jobs.job);
    let wanted = jobs.job.words[0];
    const bars = partsChart('Parts of the critical path');
    const status = h('p', { className: 'note', role: 'status' });
    const jobSelect = select('Job', jobs.job.words.map((j) => [j, j]), wanted, (v) => { wanted = v; draw(); });
    let rows = [];
    function draw() {
        const sums = data.schedulers.map(() => ({ count: 0, compute: 0, transmission: 0, waiting: 0, delay: 0 }));
        for (let i = 0; i < point.length; i++) {
            if (job(i) === wanted && choice.has(point[i])) {
                sums[scheduler[i]].count++;
                PART_KEYS.forEach((key) => (sums[scheduler[i]][key] += numbers(jobs[`${key}_s`])[i]));
            }
        }
        rows = sums.map((s, i) => [data.schedulers[i], Object.fromEntries(PART_KEYS.map((key) => [key, s.count ? s[key] / s.count : 0]))]);
        bars.show(rows);
        const counted = Math.max(...sums.map((s) => s.count));
        status.textContent = data.points.n === 1 ? 'Of the only point.' : `Mean over ${choice.text()}: ${whole(counted)} of ${whole(data.points.n)} points.${choice.selects.length > 1 ? ' The choices above apply here too.' : ''}`;
        table.refresh();
    }
    const table = folded('These bars as a table', () =>
        plainTable(`Mean iteration of ${wanted}, by part of its critical path`, ['Scheduler', ...PART_KEYS], rows.map(([name, parts]) => [name, ...PART_KEYS.map((key) => time(parts[key]))])));
    choice.listen(draw);
    draw();
    return section(
        'why', 'Why: the critical path',
        h('p', { className: 'lead' }, 'What a mean iteration is made of along its critical path: compute, transmission (what its flows would take alone), waiting for bandwidth, and delay.'),
        h('div', { className: 'controls' }, jobSelect.element), bars.element, status, table,
    );
}

// Metrics with a column in the table of points; the others are in the choice above.
const IN_TABLE = ['speedup', 'makespan_s', 'all_jobs_completion_mean_s', 'groups_tardiness_sum_s', 'links_utilisation_max'];

function pointsSection(data, metrics, point, scheduler) {
    const named = IN_TABLE.map((key) => metrics.find((m) => m.key === key)).filter(Boolean);
    const shown = named.length > 1 ? named : metrics.slice(0, IN_TABLE.length);
    const axes = data.axes;
    const wanted = { text: [], scheduler: '' };
    const axisText = (axis, i) => `${axis.values[numbers(axis.codes)[point[i]]]}`;
    const table = dataTable({
        caption: 'Points and schedulers',
        count: point.length,
        page: 20,
        sort: [axes.length + 1, !shown[0].geometric],
        columns: [
            { title: 'scheduler', value: (i) => data.schedulers[scheduler[i]] },
            ...axes.map((axis) => ({ title: axis.unit ? `${axis.name} [${axis.unit}]` : axis.name, numeric: axis.numeric, value: (i) => numbers(axis.codes)[point[i]], text: (i) => axisText(axis, i) })),
            ...shown.map((metric) => ({
                title: metric.geometric ? 'speed-up' : metric.title, help: metric.geometric ? metric.title : metric.help, numeric: true, ascending: !metric.geometric,
                value: (i) => (Number.isFinite(metric.list[i]) ? metric.list[i] : -Infinity), text: (i) => (Number.isFinite(metric.list[i]) ? show(metric, metric.list[i]) : '–'),
            })),
            { title: 'point', value: (i) => data.points.id[point[i]], text: (i) => h('code', {}, data.points.id[point[i]].slice(0, 8)) },
        ],
    });
    const refresh = () => table.filter((i) => {
        if (wanted.scheduler !== '' && scheduler[i] !== Number(wanted.scheduler)) {
            return false;
        }
        const text = `${axes.map((axis) => `${axis.name}=${axisText(axis, i)}`).join(' ')} ${data.points.id[point[i]]}`.toLowerCase();
        return wanted.text.every((word) => (word.includes('=') ? text.split(' ').includes(word) : text.includes(word)));
    });
    const id = freshId('filter');
    const box = h('input', {
        id, type: 'search', placeholder: axes.length ? `e.g. ${axes[0].name}=${axes[0].values[0]}` : 'id', autocomplete: 'off', spellcheck: 'false',
        oninput: () => { wanted.text = box.value.toLowerCase().split(/\s+/).filter(Boolean); refresh(); },
    });
    const missing = data.points.states.filter(([status]) => status !== 'done');
    return section(
        'points', 'Points',
        missing.length ? h('p', { className: 'notice' }, `Without a result, and not in this page: ${missing.map(([status, count]) => `${count} ${status}`).join(', ')}.`) : null,
        h('div', { className: 'controls' },
            h('span', { className: 'control' }, h('label', { for: id }, 'Filter'), box),
            select('Scheduler', [['', 'all'], ...data.schedulers.map((s, i) => [i, s])], '', (v) => { wanted.scheduler = v; refresh(); }).element),
        table.element, notes(data.notes),
    );
}
