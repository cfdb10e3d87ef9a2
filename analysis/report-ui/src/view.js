// SPDX-License-Identifier: GPL-2.0-only
// A window [from, to] on a time axis that wheel, drag, touch, keys and buttons move; several canvases may share one.
import { h } from './dom.js';

const STEP = 0.2;
const SMALLEST = 1e-7; // share of the whole axis

export function timeView() {
    let whole = [0, 1];
    let range = [0, 1];
    const listeners = [];
    const changed = () => listeners.forEach((listener) => listener());
    const view = {
        get from() {
            return range[0];
        },
        get to() {
            return range[1];
        },
        get zoomed() {
            return range[1] - range[0] < 0.9999 * (whole[1] - whole[0]);
        },
        listen: (listener) => listeners.push(listener),
        reset(from, to) {
            whole = [from, to];
            range = [from, to];
            changed();
        },
        all: () => view.show(whole[0], whole[1]),
        show(from, to) {
            const length = Math.min(whole[1] - whole[0], Math.max(to - from, SMALLEST * (whole[1] - whole[0])));
            const start = Math.min(Math.max(from, whole[0]), whole[1] - length);
            range = [start, start + length];
            changed();
        },
        pan: (share) => {
            const shift = share * (range[1] - range[0]);
            view.show(range[0] + shift, range[1] + shift);
        },
        zoom(factor, at = 0.5) {
            const length = (range[1] - range[0]) / factor;
            const fixed = range[0] + at * (range[1] - range[0]);
            view.show(fixed - at * length, fixed + (1 - at) * length);
        },
    };
    return view;
}

// Let the user move the view on this canvas; plot() gives [left, width] of the axis in CSS pixels.
export function control(canvas, view, plot) {
    const share = (event) => {
        const [left, width] = plot();
        return Math.min(1, Math.max(0, (event.clientX - canvas.getBoundingClientRect().left - left) / width));
    };
    const pointers = new Map();
    canvas.addEventListener('pointerdown', (event) => {
        if (event.button === 0) {
            pointers.set(event.pointerId, event.clientX);
            if (event.isTrusted) {
                canvas.setPointerCapture(event.pointerId);
            }
        }
    });
    canvas.addEventListener('pointermove', (event) => {
        if (!pointers.has(event.pointerId)) {
            return;
        }
        const before = pointers.get(event.pointerId);
        const [, width] = plot();
        const others = [...pointers].filter(([id]) => id !== event.pointerId);
        pointers.set(event.pointerId, event.clientX);
        if (others.length) {
            const other = others[0][1];
            const was = Math.max(20, Math.abs(before - other));
            view.zoom(Math.max(20, Math.abs(event.clientX - other)) / was, share(event));
        } else {
            view.pan((before - event.clientX) / width);
        }
    });
    for (const name of ['pointerup', 'pointercancel']) {
        canvas.addEventListener(name, (event) => pointers.delete(event.pointerId));
    }
    canvas.addEventListener('dblclick', (event) => view.zoom(event.shiftKey ? 0.5 : 2, share(event)));
    // The wheel alone scrolls the page.
    canvas.addEventListener(
        'wheel',
        (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey) {
                event.preventDefault();
                view.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 120), share(event));
            } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
                event.preventDefault();
                view.pan((event.deltaX || event.deltaY) / plot()[1]);
            }
        },
        { passive: false },
    );
    const keys = {
        ArrowLeft: () => view.pan(-STEP),
        ArrowRight: () => view.pan(STEP),
        '+': () => view.zoom(1.5),
        '=': () => view.zoom(1.5),
        ArrowUp: () => view.zoom(1.5),
        '-': () => view.zoom(1 / 1.5),
        ArrowDown: () => view.zoom(1 / 1.5),
        0: () => view.all(),
        Home: () => view.all(),
    };
    canvas.addEventListener('keydown', (event) => {
        if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
            event.preventDefault();
            keys[event.key]();
        }
    });
}

export function buttons(view) {
    const button = (text, name, act) => h('button', { type: 'button', 'aria-label': name, title: name, onclick: act }, text);
    return h(
        'span',
        { className: 'buttons', role: 'group', 'aria-label': 'Zoom and pan' },
        button('←', 'Earlier', () => view.pan(-STEP)),
        button('→', 'Later', () => view.pan(STEP)),
        button('+', 'Zoom in', () => view.zoom(1.5)),
        button('−', 'Zoom out', () => view.zoom(1 / 1.5)),
        button('All', 'Show everything', () => view.all()),
    );
}
