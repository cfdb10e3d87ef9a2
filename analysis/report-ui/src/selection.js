// SPDX-License-Identifier: GPL-2.0-only
// What the reader looks at: job, iteration, scheduler. Sections share it and hear of changes.

export function makeSelection(initial) {
    const listeners = [];
    const selection = {
        ...initial,
        listen: (listener) => listeners.push(listener),
        set(changes) {
            const what = new Set(Object.keys(changes).filter((name) => name === 'window' || selection[name] !== changes[name]));
            Object.assign(selection, changes);
            if (what.size) {
                listeners.forEach((listener) => listener(what));
            }
        },
    };
    return selection;
}
