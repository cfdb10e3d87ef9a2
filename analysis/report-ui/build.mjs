// SPDX-License-Identifier: GPL-2.0-only
// Bundle the report's script: node build.mjs [OUT], by default into the Python package. Same sources, same bytes.
import * as esbuild from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] || join(here, '../echelon_analysis/html');

// zrender keeps the widths of texts in a plain object: the text `__proto__` would change every object of the page.
const onlyTexts = {
    name: 'only-texts',
    setup: (build) =>
        build.onLoad({ filter: /zrender[/\\]lib[/\\]core[/\\]LRU\.js$/ }, ({ path }) => {
            const source = readFileSync(path, 'utf8');
            const contents = source.replaceAll('this._map = {};', 'this._map = Object.create(null);');
            if (contents === source) {
                throw new Error(`${path} no longer keeps its entries in this._map`);
            }
            return { contents, loader: 'js' };
        }),
};

await esbuild.build({
    absWorkingDir: here,
    entryPoints: ['src/main.js'],
    outfile: join(folder, 'report.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [onlyTexts],
});

// The end tag of a script must not occur inside one.
const bundle = join(folder, 'report.js');
writeFileSync(bundle, readFileSync(bundle, 'utf8').replace(/<\/script/gi, '<\\/script'));

const notice = (name, file) => readFileSync(join(here, 'node_modules', name, file), 'utf8').trim();
const version = (name) => JSON.parse(notice(name, 'package.json')).version;
const texts = ['echarts', 'zrender', 'tslib'].map(
    (name) =>
        `${name} ${version(name)}\n${'='.repeat(name.length + 1 + version(name).length)}\n\n` +
        [name === 'echarts' ? 'NOTICE' : '', name === 'tslib' ? 'LICENSE.txt' : 'LICENSE']
            .filter(Boolean)
            .map((file) => notice(name, file))
            .join('\n\n'),
);
writeFileSync(join(folder, 'LICENSES.txt'), texts.join('\n\n\n').replace(/\r/g, '') + '\n');
