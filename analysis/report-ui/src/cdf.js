// SPDX-License-Identifier: GPL-2.0-only
// Cumulative distributions of tardiness and completion times, one line per scheduler.
import { chart, tipStyle, tooltip } from './charts.js';
import { numbers } from './data.js';
import { folded, h, plainTable, section, select } from './dom.js';
import { percent, time, timeScale, whole } from './format.js';
import { DASHES, LINES } from './looks.js';

export function cdfSection(data) {
    const doc = data.cdf;
    if (doc.missing) {
        return section('distributions', 'Distributions', h('p', { className: 'notice' }, `No distributions: ${doc.missing}`));
    }
    // The smallest value with at least so much of the sample at or below it, as the Python side computed it from the whole sample.
    const quantile = (curve, percentage) => curve.quantiles[doc.percents.indexOf(percentage)];

    // Whether the middle of the sample would hug the axis.
    function longTailed(curves) {
        const high = Math.max(...curves.map((c) => quantile(c, 100)));
        const middle = Math.max(...curves.map((c) => quantile(c, 75)));
        return middle > 0 && middle < high / 8;
    }

    let job = null;
    let axis = 'auto';
    const charts = doc.metrics.map((metric) => ({ metric, chart: chart(`Distribution of ${metric}`, 300) }));
    const pick = (metric) => doc.curves.filter((c) => c.metric === metric && c.job === job && c.n > 0);

    function draw() {
        for (const { metric, chart: plot } of charts) {
            const curves = pick(metric);
            const high = Math.max(0, ...curves.map((c) => quantile(c, 100)));
            const [factor, unit] = timeScale(high);
            const log = high > 0 && (axis === 'log' || (axis === 'auto' && longTailed(curves)));
            // Left of the axis are the values that are zero, negative, or five orders below the largest.
            const least = log ? high / 1e5 : -Infinity;
            plot.set({
                grid: { left: 6, right: 14, top: 12, bottom: 36, containLabel: true },
                xAxis: { type: log ? 'log' : 'value', name: `${metric} [${unit}]`, nameLocation: 'middle', nameGap: 28, axisLabel: { hideOverlap: true, formatter: (v) => String(Number(v.toPrecision(3))) }, splitLine: { show: false }, scale: true },
                yAxis: { type: 'value', min: 0, max: 1, axisLabel: { formatter: (v) => `${Math.round(100 * v)} %` } },
                tooltip: {
                    ...tipStyle,
                    trigger: 'item',
                    formatter: ({ seriesName, value }) => tooltip([seriesName, `${percent(value[1])} of them within ${time(value[0] / factor)}`]),
                },
                series: curves.map((curve) => {
                    const x = numbers(curve.x);
                    const p = numbers(curve.p);
                    const points = [];
                    for (let i = 0; i < x.length; i++) {
                        if (x[i] > least) {
                            if (!points.length) {
                                // The rise at the first value shown: the only stroke where all values are equal.
                                points.push([x[i] * factor, i ? p[i - 1] : 0]);
                            }
                            points.push([x[i] * factor, p[i]]);
                        }
                    }
                    return {
                        type: 'line',
                        name: data.schedulers[curve.run],
                        step: points.length < 60 ? 'end' : false,
                        showSymbol: false,
                        triggerLineEvent: true,
                        data: points,
                        color: LINES[curve.run % LINES.length],
                        lineStyle: { width: 2, type: DASHES[curve.run % DASHES.length] },
                        emphasis: { focus: 'series', lineStyle: { width: 3 } },
                    };
                }),
            });
            plot.label(`Distribution of ${metric}: medians ${curves.map((c) => `${data.schedulers[c.run]} ${time(quantile(c, 50))}`).join(', ')}`);
        }
        table.refresh();
    }

    const table = folded('Quantiles as a table', () =>
        h('div', {}, doc.metrics.map((metric) =>
            plainTable(`${metric}${job ? ` of ${job}` : ''}: the value that this share does not exceed`, ['Scheduler', ...doc.percents.map((p) => percent(p / 100, 0)), 'sample'],
                pick(metric).map((c) => [data.schedulers[c.run], ...c.quantiles.map((value) => time(value)), whole(c.n)])))));
    const jobSelect = doc.jobs.length ? select('Job', [['', 'all jobs'], ...doc.jobs.map((j, i) => [String(i), j])], '', (v) => { job = v === '' ? null : doc.jobs[Number(v)]; draw(); }).element : null;
    const axisSelect = select('Axis', [['auto', 'as the values ask'], ['linear', 'linear'], ['log', 'logarithmic']], axis, (v) => { axis = v; draw(); });
    draw();
    return section(
        'distributions', 'Distributions',
        h('p', { className: 'lead' }, 'How many finish within a given time: the further left a line, the better. Tardiness is how much later an EchelonFlow finishes than its arrangement asks for; below zero it is early. On a logarithmic axis a line starts at the share that is zero or less.'),
        h('div', { className: 'controls' }, jobSelect, axisSelect.element),
        lineLegend(data.schedulers),
        h('div', { className: 'three' }, charts.map((c) => h('figure', {}, h('figcaption', {}, c.metric), c.chart.element))),
        table,
    );
}

// A legend for charts of one line per scheduler.
export function lineLegend(schedulers) {
    return h('ul', { className: 'legend', 'aria-label': 'Legend of the lines' }, schedulers.map((name, i) => {
        const sample = h('canvas', { width: 34, height: 12, 'aria-hidden': 'true' });
        const c = sample.getContext('2d');
        const dash = DASHES[i % DASHES.length];
        c.setLineDash(dash === 'solid' ? [] : dash);
        c.strokeStyle = LINES[i % LINES.length];
        c.lineWidth = 2.5;
        c.beginPath();
        c.moveTo(0, 6);
        c.lineTo(34, 6);
        c.stroke();
        return h('li', {}, sample, name);
    }));
}
