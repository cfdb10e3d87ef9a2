// SPDX-License-Identifier: GPL-2.0-only
// A canvas that keeps its element's width and the screen's resolution, and draws at most once a frame.
import { h } from './dom.js';
import { FONT } from './charts.js';
import { MUTED, RULE } from './looks.js';
import { timeScale } from './format.js';

export function canvasBox(label, paint) {
    const canvas = h('canvas', { tabindex: 0, role: 'img', 'aria-label': label });
    const box = h('div', { className: 'canvas-box' }, canvas);
    const context = canvas.getContext('2d');
    let width = 0;
    let height = 0;
    let ratio = 1;
    let asked = false;
    function draw() {
        asked = false;
        if (!width || !height) {
            return;
        }
        const began = performance.now();
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, width, height);
        context.font = `12px ${FONT}`;
        context.textBaseline = 'middle';
        paint(context, width, height);
        // For report-ui/bench/pan.py.
        canvas.drawMs = performance.now() - began;
    }
    function fit() {
        width = box.clientWidth;
        ratio = window.devicePixelRatio || 1;
        const w = Math.round(width * ratio);
        const t = Math.round(height * ratio);
        if (canvas.width !== w || canvas.height !== t) {
            canvas.width = w;
            canvas.height = t;
            canvas.style.height = `${height}px`;
        }
        draw();
    }
    new ResizeObserver(fit).observe(box);
    return {
        element: box,
        canvas,
        setHeight(value) {
            height = value;
            fit();
        },
        redraw() {
            if (!asked) {
                asked = true;
                requestAnimationFrame(draw);
            }
        },
    };
}

// Round marks for an axis, with their texts.
export function ticks(from, to, room) {
    const raw = (to - from) / Math.max(2, room);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
    const [factor, unit] = timeScale(Math.max(Math.abs(from), Math.abs(to)));
    const places = Math.max(0, -Math.floor(Math.log10(step * factor) + 1e-9));
    const found = [];
    for (let k = Math.ceil(from / step - 1e-6); k * step <= to + 1e-6 * step; k++) {
        found.push([k * step, (k * step * factor).toFixed(Math.min(places, 9))]);
    }
    return { found, unit };
}

// Rectangles collected by style, so that a canvas changes its style once for each and not for every bar.
export function makeBrush() {
    const styles = new Map();
    return {
        fill(style, x, y, width, height) {
            let list = styles.get(style);
            if (!list) {
                styles.set(style, (list = []));
            }
            list.push(x, y, width, height);
        },
        flush(context) {
            for (const [style, list] of styles) {
                context.fillStyle = style;
                for (let i = 0; i < list.length; i += 4) {
                    context.fillRect(list[i], list[i + 1], list[i + 2], list[i + 3]);
                }
            }
            styles.clear();
        },
    };
}

// Axis with grid lines from top to bottom; texts below.
export function timeAxis(context, view, left, width, top, bottom) {
    const { found, unit } = ticks(view.from, view.to, width / 90);
    const scale = width / (view.to - view.from);
    context.strokeStyle = RULE;
    context.fillStyle = MUTED;
    context.lineWidth = 1;
    context.beginPath();
    for (const [at, text] of found) {
        const x = Math.round(left + (at - view.from) * scale) + 0.5;
        context.moveTo(x, top);
        context.lineTo(x, bottom);
        if (x < left + width - 24) {
            // At the very left there may be no room for half a text.
            context.textAlign = x < 12 ? 'left' : 'center';
            context.fillText(text, x < 12 ? 0 : x, bottom + 11);
        }
    }
    context.stroke();
    context.textAlign = 'right';
    context.fillText(unit, left + width, bottom + 11);
}

// A tip at the pointer; find(x, y) gives lines or null.
export function tips(box, canvas, find) {
    const tip = h('div', { className: 'tip', hidden: true });
    box.append(tip);
    const hide = () => (tip.hidden = true);
    canvas.addEventListener('pointermove', (event) => {
        const area = canvas.getBoundingClientRect();
        const x = event.clientX - area.left;
        const y = event.clientY - area.top;
        const lines = event.buttons ? null : find(x, y);
        if (!lines) {
            hide();
            return;
        }
        tip.replaceChildren(...lines.map((line, i) => h('div', { className: i ? null : 'tip-head' }, line)));
        tip.hidden = false;
        tip.style.left = `${Math.max(0, Math.min(x + 14, area.width - tip.offsetWidth))}px`;
        tip.style.top = `${y + 18}px`;
    });
    canvas.addEventListener('pointerleave', hide);
    canvas.addEventListener('pointerdown', hide);
}

