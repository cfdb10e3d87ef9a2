// SPDX-License-Identifier: GPL-2.0-only
// A table that sorts by its headings and shows the first rows of what a filter leaves.
//
//     const table = dataTable({ caption, columns: [{ title, value: (i) => 3, text: (i) => '3 ms', numeric: true }], count: 9 });
//     table.filter((i) => i > 4);
//
// Sorting is O(n log n) over row numbers; only shown rows become elements.
import { h } from './dom.js';
import { whole } from './format.js';

export function dataTable({ caption, columns, count, page = 20, sort = null, hideCaption = false, onShow = null }) {
    let keep = () => true;
    let order = sort ? { column: sort[0], ascending: sort[1] } : null;
    let limit = page;
    let rows = [];
    const body = h('tbody');
    const status = h('p', { className: 'note', role: 'status', 'aria-live': 'polite' });
    const more = h('button', { type: 'button', onclick: () => show(limit + 5 * page) }, 'Show more');
    const heads = columns.map((column, c) => {
        const press = h('button', { type: 'button', className: 'sort', onclick: () => sortBy(c) }, column.title, h('span', { 'aria-hidden': 'true', className: 'arrow' }));
        return h('th', { scope: 'col', className: column.numeric ? 'number' : null, title: column.help || null }, press);
    });
    const table = h(
        'table',
        {},
        h('caption', { className: hideCaption ? 'hidden' : null }, caption),
        h('thead', {}, h('tr', {}, heads)),
        body,
    );
    const element = h(
        'div',
        {},
        h('div', { className: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table),
        h('div', { className: 'under' }, status, more),
    );

    function compare(a, b) {
        const { value } = columns[order.column];
        const x = value(a);
        const y = value(b);
        const less = typeof x === 'string' ? x.localeCompare(y, 'en', { numeric: true }) : x - y;
        return (order.ascending ? less : -less) || a - b;
    }

    function sortBy(c) {
        const first = columns[c].ascending !== undefined ? columns[c].ascending : true;
        order = { column: c, ascending: order && order.column === c ? !order.ascending : first };
        update();
    }

    function update() {
        rows = [];
        for (let i = 0; i < count; i++) {
            if (keep(i)) {
                rows.push(i);
            }
        }
        if (order) {
            rows.sort(compare);
        }
        heads.forEach((head, c) => {
            const own = order && order.column === c;
            head.setAttribute('aria-sort', own ? (order.ascending ? 'ascending' : 'descending') : 'none');
            head.querySelector('.arrow').textContent = own ? (order.ascending ? '▲' : '▼') : '';
        });
        show(page);
    }

    function show(wanted) {
        limit = wanted;
        const shown = rows.slice(0, limit);
        body.replaceChildren(
            ...shown.map((i) =>
                h(
                    'tr',
                    {},
                    columns.map((column, c) => {
                        const content = column.text ? column.text(i) : column.value(i);
                        const cell = [column.numeric ? 'number' : '', column.className ? column.className(i) : ''].join(' ').trim();
                        return h(c ? 'td' : 'th', { scope: c ? null : 'row', className: cell || null }, content instanceof Node ? content : String(content));
                    }),
                ),
            ),
        );
        more.hidden = shown.length >= rows.length;
        const all = rows.length === count ? whole(count) : `${whole(rows.length)} matching of ${whole(count)}`;
        status.textContent = shown.length < rows.length ? `${whole(shown.length)} of ${all} rows` : rows.length === 0 ? 'No row matches.' : '';
        status.hidden = !status.textContent;
        if (onShow) {
            onShow();
        }
    }

    update();
    return {
        element,
        filter(predicate) {
            keep = predicate;
            update();
        },
    };
}
