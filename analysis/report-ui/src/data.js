// SPDX-License-Identifier: GPL-2.0-only
// The sealed data of the page: echelon_analysis/html/pack.py writes it, this reads it.

let bytes;
let base;

export async function open(text) {
    const packed = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
    bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const length = new DataView(bytes.buffer).getUint32(0, true);
    base = 4 + length;
    return JSON.parse(new TextDecoder().decode(bytes.subarray(4, base)));
}

// A column's numbers: sums of zigzag varints, each times the column's scale. Decoded once.
export function numbers(column) {
    if (column.values) {
        return column.values;
    }
    const values = new Float64Array(column.n);
    const scale = column.scale || 1;
    // A scale below one is the inverse of a whole number: dividing by that is exact to the last digit.
    const inverse = scale < 1 ? Math.round(1 / scale) : 0;
    let at = base + column.at;
    let sum = 0;
    for (let i = 0; i < column.n; i++) {
        let zigzag = 0;
        let factor = 1;
        let byte;
        do {
            byte = bytes[at++];
            zigzag += (byte & 127) * factor;
            factor *= 128;
        } while (byte > 127);
        sum += zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
        values[i] = inverse ? sum / inverse : sum * scale;
    }
    column.values = values;
    return values;
}

// A column of words as a function: row -> word.
export function words(column) {
    const codes = numbers(column);
    return (i) => column.words[codes[i]];
}
