// SPDX-License-Identifier: GPL-2.0-only
// Load of the busiest links over time as a heat map, and queues where the fabric has any.
import { chart, tipStyle, tooltip } from './charts.js';
import { lineLegend } from './cdf.js';
import { numbers } from './data.js';
import { folded, h, plainTable, section, select } from './dom.js';
import { ticks } from './canvas.js';
import { bytes, percent, time, timeScale } from './format.js';
import { DASHES, LINES } from './looks.js';

// Light to dark, even in lightness, safe for colour-blind readers (viridis without its lightest end).
const RAMP = ['#f7f7f4', '#d5e3ea', '#a6cbdc', '#6aaccb', '#3a87b5', '#1f6294', '#123c63', '#0a1f38'];

export function linksSection(data, selection) {
    const doc = data.links;
    if (doc.missing) {
        return section('links', 'Links', h('p', { className: 'notice' }, `No loads over time: ${doc.missing}`));
    }
    let run = data.schedulers.indexOf(selection.scheduler);
    const map = chart('Load of links over time', 300);
    const choice = select('Scheduler', data.schedulers.map((s, i) => [i, s]), run, (v) => { run = Number(v); draw(); });
    const horizon = Math.max(...doc.runs.map((r) => r.bins * r.bin_s));

    const mean = (r, link) => doc.runs[r].mean[link];

    const table = folded('Mean loads as a table', () =>
        plainTable('Mean load of each link over the run', ['Link', ...data.schedulers], doc.links.map((name, l) => [name, ...data.schedulers.map((_, r) => percent(mean(r, l)))])));

    function draw() {
        const { bins, bin_s: width } = doc.runs[run];
        const load = numbers(doc.runs[run].load);
        const cells = [];
        for (let l = 0; l < doc.links.length; l++) {
            for (let b = 0; b < bins; b++) {
                if (load[l * bins + b] > 0) {
                    cells.push([b, l, load[l * bins + b]]);
                }
            }
        }
        // All schedulers share the axis: the bins of the longest run's length.
        const count = Math.max(bins, Math.round(horizon / width));
        const marks = ticks(0, count * width, map.element.clientWidth / 110 || 8);
        const texts = new Map(marks.found.map(([at, text]) => [Math.round(at / width), text]));
        const marked = (b) => texts.has(b);
        map.set(
            {
                grid: { left: 6, right: 10, top: 44, bottom: 36, containLabel: true },
                xAxis: {
                    type: 'category', data: Array.from({ length: count }, (_, b) => b), name: `time [${marks.unit}]`, nameLocation: 'middle', nameGap: 26,
                    axisLabel: { formatter: (b) => texts.get(Number(b)), interval: marked }, axisTick: { interval: marked },
                },
                yAxis: { type: 'category', inverse: true, data: doc.links, axisLabel: { fontSize: 11, interval: 0 }, axisTick: { show: false } },
                visualMap: {
                    min: 0, max: 100, calculable: false, orient: 'horizontal', left: 0, top: 0, itemHeight: 140, itemWidth: 12, text: ['100 % of the link', '0'],
                    inRange: { color: RAMP }, formatter: (v) => `${Math.round(v)} %`, textStyle: { fontSize: 12 },
                },
                tooltip: {
                    ...tipStyle,
                    formatter: ({ value: [b, l, v] }) => tooltip([doc.links[l], `${data.schedulers[run]}, ${time(b * width)} to ${time(Math.min((b + 1) * width, data.makespans[run]))}`, `${v.toFixed(1)} % of the link`]),
                },
                series: [{ type: 'heatmap', data: cells, progressive: 0, emphasis: { itemStyle: { borderColor: '#000', borderWidth: 1 } } }],
            },
            doc.links.length * 15 + 100,
        );
        const top = doc.links.map((name, l) => [name, mean(run, l)]).sort((a, b) => b[1] - a[1])[0];
        map.label(`Heat map of link loads under ${data.schedulers[run]}; on average the busiest link, ${top[0]}, is loaded to ${percent(top[1])}.`);
    }

    draw();
    selection.listen((what) => {
        if (what.has('scheduler')) {
            run = data.schedulers.indexOf(selection.scheduler);
            choice.set(run);
            draw();
        }
    });
    const out = doc.all > doc.links.length ? ` Shown are the ${doc.links.length} busiest of ${doc.all} links; all are in link_series.csv.` : '';
    return section(
        'links', 'Links over time',
        h('p', { className: 'lead' }, 'Where the network is full, and when: payload rate as a share of each link, the busiest links on top.'),
        h('div', { className: 'controls' }, choice.element),
        map.element,
        h('p', { className: 'note' }, `Averages over equal bins, at most 128 a run. The axis is as long as the longest run.${out}`),
        table,
        queues(data, doc),
    );
}

function queues(data, doc) {
    if (!doc.queues.length) {
        return h('p', { className: 'note' }, doc.fabric === 'fluid' ? 'The fluid fabric has no queues; run the scenario on the packet fabric to see them.' : 'No queue built up at any link.');
    }
    const plot = chart('Queues over time', 300);
    let link = 0;
    const choice = select('Link', doc.queues.map((name, i) => [i, name]), 0, (v) => { link = Number(v); draw(); });
    const depth = (run, at) => {
        const { bins } = doc.runs[run];
        return numbers(doc.runs[run].queue).subarray(at * bins, (at + 1) * bins);
    };
    const peak = (run, at) => depth(run, at).reduce((a, b) => Math.max(a, b), 0);
    function draw() {
        const [factor, unit] = timeScale(Math.max(...doc.runs.map((r) => r.bins * r.bin_s)));
        plot.set({
            grid: { left: 6, right: 14, top: 16, bottom: 36, containLabel: true },
            xAxis: { type: 'value', name: `time [${unit}]`, nameLocation: 'middle', nameGap: 26, splitLine: { show: false } },
            yAxis: { type: 'value', axisLabel: { formatter: (v) => bytes(v) } },
            tooltip: { ...tipStyle, trigger: 'item', formatter: ({ seriesName, value }) => tooltip([seriesName, `${bytes(value[1])} at ${time(value[0] / factor)}`]) },
            series: doc.runs.map((r, run) => ({
                type: 'line', name: data.schedulers[run], step: 'end', showSymbol: false, triggerLineEvent: true, color: LINES[run % LINES.length],
                lineStyle: { width: 1.5, type: DASHES[run % DASHES.length] },
                data: [...depth(run, link)].map((q, b) => [b * r.bin_s * factor, q]),
            })),
        });
        plot.label(`Largest queue at ${doc.queues[link]} per bin: ${doc.runs.map((r, run) => `${data.schedulers[run]} up to ${bytes(peak(run, link))}`).join(', ')}`);
    }
    draw();
    return h(
        'div', {}, h('h3', {}, 'Queues'),
        h('p', { className: 'lead' }, 'The largest queue at the link’s egress in each bin, at the links with the deepest queues.'),
        h('div', { className: 'controls' }, choice.element), lineLegend(data.schedulers), plot.element,
        folded('Deepest queues as a table', () =>
            plainTable('Deepest queue of the run', ['Link', ...data.schedulers], doc.queues.map((name, l) => [name, ...data.schedulers.map((_, r) => bytes(peak(r, l)))]))),
    );
}
