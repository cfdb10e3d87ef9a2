// SPDX-License-Identifier: GPL-2.0-only
// ECharts with the parts that the report needs.
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { AriaComponent, DataZoomInsideComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { h } from './dom.js';
import { INK, MUTED, RULE } from './looks.js';

echarts.use([
    BarChart, HeatmapChart, LineChart, AriaComponent, DataZoomInsideComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, CanvasRenderer,
]);

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';
const axis = {
    axisLine: { lineStyle: { color: '#8a8a8a' } },
    axisTick: { lineStyle: { color: '#8a8a8a' } },
    axisLabel: { color: MUTED, fontSize: 12 },
    nameTextStyle: { color: MUTED, fontSize: 12 },
    splitLine: { lineStyle: { color: RULE } },
};
const theme = { textStyle: { fontFamily: FONT, color: INK }, valueAxis: axis, categoryAxis: { ...axis, splitLine: { show: false } }, logAxis: axis };

// A chart in a figure: label says what it shows, set(option) draws it.
export function chart(label, height) {
    const box = h('div', { className: 'chart', role: 'img', 'aria-label': label, style: `height:${height}px` });
    let drawn = null;
    let pending = null;
    let onClick = null;
    let tall = height;
    const draw = () => {
        if (!drawn) {
            drawn = echarts.init(box, theme, { renderer: 'canvas' });
            if (onClick) {
                drawn.on('click', onClick);
            }
        }
        drawn.setOption({ animation: false, aria: { enabled: true, label: { enabled: false }, decal: { show: false } }, textStyle: theme.textStyle, ...pending }, { notMerge: true });
    };
    let width = 0;
    new ResizeObserver(() => {
        if (!pending || !box.clientWidth || (box.clientWidth === width && drawn && drawn.getHeight() === tall)) {
            return;
        }
        width = box.clientWidth;
        if (drawn) {
            drawn.resize();
        } else {
            draw();
        }
    }).observe(box);
    return {
        element: box,
        set(option, wantedHeight = height) {
            pending = option;
            if (wantedHeight !== tall) {
                tall = wantedHeight;
                box.style.height = `${tall}px`;
            }
            if (box.clientWidth) {
                draw();
                drawn.resize();
            }
        },
        label: (text) => box.setAttribute('aria-label', text),
        click: (callback) => {
            onClick = callback;
        },
    };
}

// Tooltips are elements with text, never markup.
export function tooltip(lines) {
    return h('div', { className: 'tip-lines' }, lines.map((line, i) => h('div', { className: i ? null : 'tip-head' }, line)));
}

export const tipStyle = { confine: true, borderColor: '#8a8a8a', padding: [6, 9], textStyle: { fontSize: 12, color: INK, fontFamily: FONT }, extraCssText: 'box-shadow:0 2px 8px rgba(0,0,0,.15);' };
