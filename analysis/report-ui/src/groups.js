// SPDX-License-Identifier: GPL-2.0-only
// The table of EchelonFlows: how late each was, with filters.
import { numbers, words } from './data.js';
import { freshId, h, notes, section, select } from './dom.js';
import { bytes, time, whole } from './format.js';
import { dataTable } from './table.js';

export function groupsSection(data) {
    const doc = data.groups;
    if (doc.missing) {
        return section('echelonflows', 'EchelonFlows', h('p', { className: 'notice' }, `No EchelonFlows: ${doc.missing}`));
    }
    const column = (name) => numbers(doc[name]);
    const run = column('run');
    const job = words(doc.job);
    const name = words(doc.name);
    const shape = words(doc.shape);
    const wanted = { run: '', job: '', text: [] };
    const timed = (title, key, ascending = false) => ({ title, numeric: true, ascending, value: (i) => column(key)[i], text: (i) => time(column(key)[i]) });
    const table = dataTable({
        caption: 'EchelonFlows, the latest first',
        count: doc.run.n,
        page: 15,
        sort: [8, false],
        columns: [
            { title: 'name', value: name },
            { title: 'job', value: job },
            { title: 'iteration', numeric: true, value: (i) => column('iteration')[i] },
            { title: 'scheduler', value: (i) => data.schedulers[run[i]] },
            { title: 'shape', value: shape },
            { title: 'flows', numeric: true, ascending: false, value: (i) => column('flows')[i], text: (i) => whole(column('flows')[i]) },
            { title: 'size', numeric: true, ascending: false, value: (i) => column('bytes')[i], text: (i) => bytes(column('bytes')[i]) },
            timed('start', 'start', true),
            timed('tardiness', 'tardiness'),
            timed('CCT', 'cct'),
        ],
    });
    const refresh = () =>
        table.filter((i) => {
            if ((wanted.run !== '' && run[i] !== Number(wanted.run)) || (wanted.job !== '' && job(i) !== wanted.job)) {
                return false;
            }
            if (!wanted.text.length) {
                return true;
            }
            const text = `${name(i)} ${job(i)} ${shape(i)}`.toLowerCase();
            return wanted.text.every((word) => text.includes(word));
        });
    const id = freshId('filter');
    let waiting = 0;
    const box = h('input', {
        id, type: 'search', placeholder: 'words of name, job or shape', autocomplete: 'off', spellcheck: 'false',
        oninput: () => {
            clearTimeout(waiting);
            waiting = setTimeout(() => {
                wanted.text = box.value.toLowerCase().split(/\s+/).filter(Boolean);
                refresh();
            }, 80);
        },
    });
    return section(
        'echelonflows', 'EchelonFlows',
        h('p', { className: 'lead' }, 'An EchelonFlow is a set of flows that should finish in a given arrangement in time; its tardiness is that of its latest flow.'),
        h('div', { className: 'controls' },
            h('span', { className: 'control' }, h('label', { for: id }, 'Filter'), box),
            select('Job', [['', 'all'], ...data.jobs.map((j) => [j, j])], '', (v) => { wanted.job = v; refresh(); }).element,
            select('Scheduler', [['', 'all'], ...data.schedulers.map((s, i) => [i, s])], '', (v) => { wanted.run = v; refresh(); }).element),
        table.element, notes(doc.notes),
    );
}
