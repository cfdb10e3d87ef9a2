// SPDX-License-Identifier: GPL-2.0-only
// Numbers for people.

const TIMES = [[1, 's'], [1e3, 'ms'], [1e6, 'µs'], [1e9, 'ns'], [1e12, 'ps']];

// [factor, unit] in which the largest magnitude reads best.
export function timeScale(largest) {
    const size = Math.abs(largest);
    return size === 0 ? TIMES[0] : TIMES.find(([factor]) => size * factor >= 1) || TIMES[4];
}

export function decimals(largest, digits = 4) {
    const size = Math.abs(largest);
    return size > 0 ? Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(size)))) : 0;
}

// Times that differ by rounding alone are equal.
export const ties = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

const minus = (text) => text.replace(/^-/, '−');

export function time(seconds, digits = 4) {
    const [factor, unit] = timeScale(seconds);
    return `${minus((seconds * factor).toFixed(decimals(seconds * factor, digits)))}\u00a0${unit}`;
}

export function percent(share, places = 1) {
    return `${minus((100 * share).toFixed(places))}\u00a0%`;
}

export function bytes(count) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
    let step = 0;
    while (count >= 1000 && step < units.length - 1) {
        count /= 1000;
        step++;
    }
    return `${step ? count.toPrecision(3) : count}\u00a0${units[step]}`;
}

export function whole(count) {
    return count.toLocaleString('en-GB');
}

// A number of unknown kind, to `digits` digits.
export function number(value, digits = 4) {
    if (!Number.isFinite(value)) {
        return '–';
    }
    if (Number.isInteger(value) && Math.abs(value) < 1e6) {
        return minus(String(value));
    }
    const size = Math.abs(value);
    return minus(size >= 1e6 || (size < 1e-3 && size > 0) ? value.toExponential(2) : value.toFixed(decimals(value, digits)));
}
