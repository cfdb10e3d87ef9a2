// SPDX-License-Identifier: GPL-2.0-only
// The comparison table: one row per scheduler, the best of each column marked.
import { h, section } from './dom.js';
import { decimals, percent, timeScale } from './format.js';
import { dataTable } from './table.js';

export function compareSection(data) {
    const { schedulers, compare } = data;
    const largest = (values) => Math.max(...values.map(Math.abs));
    const columns = compare.columns.map((column) => {
        const [factor, unit] = column.kind === 'time' ? timeScale(largest(column.values)) : [1, ''];
        const places = decimals(largest(column.values) * factor);
        const text = (i) => {
            const value = column.values[i];
            return column.kind === 'share' ? percent(value) : column.kind === 'ratio' ? `${value.toFixed(3)}×` : (value * factor).toFixed(places);
        };
        return {
            title: unit ? `${column.title} [${unit}]` : column.title,
            numeric: true,
            ascending: column.better <= 0,
            value: (i) => column.values[i],
            text: (i) => (column.best.includes(i) ? h('span', {}, h('span', { className: 'star', 'aria-hidden': 'true' }, '★ '), text(i), h('span', { className: 'hidden' }, ' (best)')) : text(i)),
            className: (i) => (column.best.includes(i) ? 'best' : ''),
        };
    });
    const table = dataTable({
        caption: 'Schedulers compared',
        hideCaption: true,
        count: schedulers.length,
        page: 60,
        columns: [{ title: 'scheduler', value: (i) => i, text: (i) => schedulers[i] }, ...columns],
        sort: [1, true],
    });
    return section(
        'compare',
        'Comparison',
        table.element,
        h('p', { className: 'note' }, `★ best of the column. Speed-up: makespan of ${compare.reference} / makespan. Σ tardiness: over all EchelonFlows, weighted. CCT: coflow completion time; FCT: flow completion time. Press a heading to sort.`),
    );
}
