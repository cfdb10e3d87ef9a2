// SPDX-License-Identifier: GPL-2.0-only
// Draw the report from the data sealed in the page.
import { cdfSection } from './cdf.js';
import { compareSection } from './compare.js';
import { open } from './data.js';
import { alone, h } from './dom.js';
import { ganttSection } from './gantt.js';
import { groupsSection } from './groups.js';
import { linksSection } from './links.js';
import { provenanceSection } from './provenance.js';
import { makeSelection } from './selection.js';
import { sweepSections } from './sweep.js';
import { criticalPaths, whySection } from './why.js';

const HOW = [
    'Every figure is computed from the result folder named above; zero of time is the start of the run, or of the iteration where one is chosen.',
    'The critical path’s four parts add up to the iteration time. A step waits for those flows that hold a link of its path beyond what it would get alone.',
    'Choosing a job, an iteration or a scheduler in one section carries over to the others.',
];

function results(data) {
    let paths = null;
    let broken = null;
    try {
        paths = criticalPaths(data);
    } catch (error) {
        broken = error;
    }
    const job = data.gantt.missing || !data.gantt.jobs ? data.jobs[0] : [...data.gantt.jobs].sort((a, b) => sum(b.gpus) - sum(a.gpus))[0].job;
    const spans = data.split.filter(([run, j]) => run === 0 && data.jobs[j] === job);
    const iteration = spans.length ? spans[0][2] >> 1 : 0;
    const selection = makeSelection({ job, iteration, scheduler: data.compare.reference });
    return [
        alone('compare', 'Comparison', () => compareSection(data)),
        alone('why', 'Why: the critical path', () => {
            if (broken) {
                throw broken;
            }
            return whySection(data, selection, paths);
        }),
        alone('gantt', 'Timeline', () => ganttSection(data, selection, paths)),
        alone('distributions', 'Distributions', () => cdfSection(data)),
        alone('links', 'Links over time', () => linksSection(data, selection)),
        alone('echelonflows', 'EchelonFlows', () => groupsSection(data)),
        provenanceSection(data, HOW),
    ];
}

const sum = (gpus) => gpus.reduce((all, [, alike]) => all + alike, 0);

function header(data, sections) {
    // A number stays with its unit.
    const [first, ...others] = data.headline.map((line) => line.replace(/(\d) (s|ms|µs|ns|ps|%)(?![a-z])/g, '$1\u00a0$2'));
    return h(
        'header', {},
        h('p', { className: 'kind' }, data.kind === 'sweep' ? 'Parameter sweep' : 'Schedulers compared'),
        h('h1', {}, data.scenario),
        data.description ? h('p', { className: 'description' }, data.description) : null,
        h('p', { className: 'headline' }, first),
        (data.warnings || []).map((line) => h('p', { className: 'notice', role: 'alert' }, line)),
        others.length ? h('ul', { className: 'points' }, others.map((line) => h('li', {}, line))) : null,
        h('nav', { 'aria-label': 'Sections' }, sections.map((s) => h('a', { href: `#${s.id}` }, s.querySelector('h2').textContent))),
    );
}

async function start() {
    const app = document.getElementById('app');
    try {
        const data = await open(document.getElementById('data').textContent);
        const sections = data.kind === 'sweep' ? sweepSections(data) : results(data);
        app.replaceChildren(header(data, sections), h('main', { id: 'main' }, sections));
        document.documentElement.dataset.ready = 'yes';
    } catch (error) {
        app.replaceChildren(h('p', { className: 'notice', role: 'alert' }, `The report cannot be drawn: ${error.message}. It needs a browser of 2023 or later.`));
        throw error;
    }
}

start();
