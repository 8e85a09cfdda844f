// Every package that is installed with Fulfil must have a licence that Apache-2.0 software may carry.
import { readFile } from 'node:fs/promises';

const allowed = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
  'MIT-0',
  'PSF-2.0',
  'Zlib',
]);

/** Packages whose manifest names no licence, by what their licence file says. */
const known = { unionfs: 'Unlicense' };

const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
const offending = [];
for (const [path, entry] of Object.entries(packages)) {
  if (path === '' || entry.dev === true) continue;
  const name = path.replace(/^.*node_modules\//, '');
  const licence = entry.license ?? known[name];
  const words = String(licence)
    .replace(/[()]/g, '')
    .split(/ (?:OR|AND) /);
  const fits = String(licence).includes(' AND ')
    ? words.every((word) => allowed.has(word))
    : words.some((word) => allowed.has(word));
  if (!fits) offending.push(`${name}: ${licence}`);
}
if (offending.length > 0) {
  console.error(`licences to look at:\n  ${offending.join('\n  ')}`);
  process.exitCode = 1;
}
