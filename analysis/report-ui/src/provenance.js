// SPDX-License-Identifier: GPL-2.0-only
// Where the page comes from, and how to read it.
import { h, section } from './dom.js';
import { time } from './format.js';

export function provenanceSection(data, how) {
    return section(
        'provenance', 'Provenance',
        h('dl', {}, data.provenance.map(([what, value]) => [h('dt', {}, what), h('dd', {}, ['Command', 'Commit', 'Input', 'Run id'].includes(what) ? h('code', {}, value) : value)])),
        h('h3', {}, 'How to read this page'),
        h('ul', {}, [...how, `Times in charts and tables are rounded to ${time(data.tick, 1)}, other measured numbers to 12 digits; the CSV files of the folder are exact.`].map((line) => h('li', {}, line))),
    );
}
