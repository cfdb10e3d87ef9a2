// SPDX-License-Identifier: GPL-2.0-only
// Colours of Okabe and Ito, and what tells things apart without them: dashes, hatches, marks.

export const INK = '#1c1c1c';
export const MUTED = '#5a5a5a';
export const RULE = '#d9d9d9';
export const BLACK = '#000000';
export const ORANGE = '#E69F00';
export const SKY = '#56B4E9';
export const GREEN = '#009E73';
export const YELLOW = '#F0E442';
export const BLUE = '#0072B2';
export const VERMILION = '#D55E00';
export const PURPLE = '#CC79A7';
export const GREY = '#BBBBBB';

// One per scheduler, by its index; as in the figures.
export const LINES = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, '#777777'];
export const DASHES = ['solid', [8, 3], [2, 3], [8, 3, 2, 3], [14, 4], [4, 2], [2, 2], [10, 2, 2, 2]];
export const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow', 'roundRect', 'emptyCircle'];

// Parts of an iteration's critical path.
export const PARTS = [
    { key: 'compute', title: 'compute', colour: BLUE, decal: { symbol: 'none' } },
    { key: 'transmission', title: 'transmission', colour: ORANGE, decal: { symbol: 'none' } },
    { key: 'waiting', title: 'waiting for bandwidth', colour: VERMILION, decal: { symbol: 'rect', symbolSize: 1, color: 'rgba(255,255,255,0.55)', dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 } },
    { key: 'delay', title: 'delay', colour: GREY, decal: { symbol: 'circle', symbolSize: 0.6, color: 'rgba(0,0,0,0.4)', dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [4, 0] } },
];

// Compute slices of known kinds keep their colour; flows have hatches.
const COMPUTE = new Map([
    ['forward', { colour: SKY, title: 'forward' }],
    ['backward', { colour: BLUE, title: 'backward' }],
    ['weight', { colour: PURPLE, title: 'weight gradient' }],
    ['optimiser', { colour: GREY, title: 'optimiser' }],
]);
const SPARE = [YELLOW, PURPLE, GREEN, GREY];
const FLOWS = [[ORANGE, 'up'], [VERMILION, 'down'], [GREEN, 'dots'], [PURPLE, 'cross'], [YELLOW, 'flat']];

export function computeLooks(words) {
    let spare = 0;
    return words.map((word) => COMPUTE.get(word) || { colour: SPARE[spare++ % SPARE.length], title: word });
}

export function flowLooks(words) {
    return new Map(
        words.map((word, i) => {
            const [colour, hatch] = FLOWS[i] || ['#FFFFFF', 'cross'];
            return [word, { colour, hatch, title: `${word} flows` }];
        }),
    );
}

const patterns = new Map();

// A canvas pattern of the look.
export function pattern(context, look) {
    const key = `${look.colour} ${look.hatch}`;
    if (!patterns.has(key)) {
        const tile = document.createElement('canvas');
        tile.width = tile.height = 6;
        const c = tile.getContext('2d');
        c.fillStyle = look.colour;
        c.fillRect(0, 0, 6, 6);
        c.strokeStyle = c.fillStyle = 'rgba(0,0,0,0.55)';
        c.lineWidth = 1;
        c.beginPath();
        if (look.hatch === 'up' || look.hatch === 'cross') {
            c.moveTo(-1, 7); c.lineTo(7, -1); c.moveTo(-1, 1); c.lineTo(1, -1); c.moveTo(5, 7); c.lineTo(7, 5);
        }
        if (look.hatch === 'down' || look.hatch === 'cross') {
            c.moveTo(-1, -1); c.lineTo(7, 7); c.moveTo(-1, 5); c.lineTo(1, 7); c.moveTo(5, -1); c.lineTo(7, 1);
        }
        if (look.hatch === 'flat') {
            c.moveTo(0, 3); c.lineTo(6, 3);
        }
        c.stroke();
        if (look.hatch === 'dots') {
            c.fillRect(1, 1, 2, 2);
            c.fillRect(4, 4, 2, 2);
        }
        patterns.set(key, context.createPattern(tile, 'repeat'));
    }
    return patterns.get(key);
}
