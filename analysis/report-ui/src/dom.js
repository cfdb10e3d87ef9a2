// SPDX-License-Identifier: GPL-2.0-only
// Elements. Text is always set as text, so a name is never markup.

export function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith('on')) {
            element.addEventListener(name.slice(2), value);
        } else if (value !== null && value !== undefined && value !== false) {
            element.setAttribute(name === 'className' ? 'class' : name, value === true ? '' : value);
        }
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return element;
}

let ids = 0;

export function freshId(stem) {
    return `${stem}-${++ids}`;
}

// A labelled <select>; options are [value, text]. set() changes it without calling back.
export function select(label, options, value, changed) {
    const id = freshId('select');
    const box = h('select', { id, onchange: () => changed(box.value) });
    const fill = (entries, chosen) => {
        box.replaceChildren(...entries.map(([v, text]) => h('option', { value: v }, text)));
        box.value = String(chosen);
    };
    fill(options, value);
    const element = h('span', { className: 'control' }, h('label', { for: id }, label), box);
    return { element, box, fill, set: (chosen) => (box.value = String(chosen)) };
}

export function section(id, title, ...children) {
    return h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), ...children);
}

// A section that cannot be drawn says so in its place, and the others stand.
export function alone(id, title, make) {
    try {
        return make();
    } catch (error) {
        console.error(error);
        return section(id, title, h('p', { className: 'notice', role: 'alert' }, `This section cannot be drawn: ${error.message}.`));
    }
}

export function notes(lines) {
    return lines && lines.length ? h('p', { className: 'note' }, lines.join(' ')) : null;
}

// A folded part that is made when first opened.
export function folded(summary, make) {
    let made = false;
    const element = h('details', { className: 'folded' }, h('summary', {}, summary));
    element.addEventListener('toggle', () => {
        if (element.open && !made) {
            made = true;
            element.append(make());
        }
    });
    // What the table shows may change with the selection.
    element.refresh = () => {
        if (made) {
            element.lastChild.replaceWith(make());
        }
    };
    return element;
}

export function plainTable(caption, head, rows) {
    return h(
        'div',
        { className: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
        h(
            'table',
            {},
            h('caption', {}, caption),
            h('thead', {}, h('tr', {}, head.map((text, i) => h('th', { scope: 'col', className: i ? 'number' : null }, text)))),
            h(
                'tbody',
                {},
                rows.map((row) =>
                    h('tr', {}, row.map((cell, i) => (i ? h('td', { className: 'number' }, cell) : h('th', { scope: 'row' }, cell)))),
                ),
            ),
        ),
    );
}
