import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { kindOf, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { storeFiles } from '../platform/storeFiles.js';
import type { Product } from './product.js';
import { openProduct } from './product.js';

const selectors = '/kratix/metadata/destination-selectors.yaml';
const invalid = `${selectors}: invalid destination-selectors.yaml:`;
const where = 'pipeline "c", stage "s"';

/** What a stage does, its container, and the one line that is said about it. */
const stages: readonly (readonly [string, string, ReturnType<typeof stage>, string])[] = [
  [
    'no-image',
    'an image that does not exist',
    stage('s', 'true', { image: 'localhost/not-there:1' }),
    `${where}: image localhost/not-there:1 is neither on this machine nor could it be pulled: localhost/not-there:1: image not known`,
  ],
  [
    'no-command',
    'a command that is not in the image',
    stage('s', '', { command: ['/not/there'] }),
    `${where}: the command /not/there cannot be run in the image localhost/fulfil-base:1`,
  ],
  [
    'exits',
    'a stage that exits 3',
    stage('s', 'echo "out of luck"; exit 3'),
    `${where} exited with code 3 (last line: out of luck)`,
  ],
  [
    'climbs',
    'a directory ../x in destination-selectors.yaml',
    stage('s', `${writeConfigMap('a', 'a')}printf -- '- directory: ../x\\n  matchLabels: {a: b}\\n' >${selectors}`),
    `${selectors}: invalid directory in destination-selectors.yaml: ../x, sub-directories are not allowed`,
  ],
  [
    'climbs-deep',
    'a directory ../../x in destination-selectors.yaml',
    stage('s', `${writeConfigMap('a', 'a')}printf -- '- directory: ../../x\\n  matchLabels: {a: b}\\n' >${selectors}`),
    `${selectors}: invalid directory in destination-selectors.yaml: ../../x, sub-directories are not allowed`,
  ],
  [
    'link-out',
    'a symbolic link out of the output',
    stage('s', 'ln -s /etc/passwd /kratix/output/passwd'),
    `${where}: /kratix: passwd is a symbolic link that leads out of the stage's output`,
  ],
  [
    'link-up',
    'a symbolic link up and out of the output',
    stage('s', 'ln -s ../../../x /kratix/output/up'),
    `${where}: /kratix: up is a symbolic link`,
  ],
  [
    'pipe',
    'a named pipe in the output',
    stage('s', 'mkfifo /kratix/output/pipe'),
    `${where}: /kratix: pipe is neither a file nor a directory and cannot be kept`,
  ],
  [
    'broken',
    'a destination-selectors.yaml that is no YAML',
    stage('s', `${writeConfigMap('a', 'a')}echo 'a: [' >${selectors}`),
    `${invalid} expected YAML or JSON: deficient indentation (line 2, column 1)`,
  ],
  [
    'no-list',
    'a destination-selectors.yaml that is no list',
    stage('s', `${writeConfigMap('a', 'a')}echo 'matchLabels: {a: b}' >${selectors}`),
    `${invalid} expected a list, found an object with matchLabels`,
  ],
  [
    'missing',
    'a directory that is not in the output',
    stage('s', `${writeConfigMap('a', 'a')}printf -- '- directory: other\\n  matchLabels: {a: b}\\n' >${selectors}`),
    'destination-selectors.yaml: directory: other is not in /kratix/output',
  ],
  [
    'too-large',
    'an output of more than fifty megabytes',
    stage('s', 'dd if=/dev/zero of=/kratix/output/dump bs=1000000 count=51'),
    'pipeline "c": /kratix/output has 51000000 bytes; expected at most 50000000',
  ],
  [
    'status',
    'a status.yaml that is no object',
    stage('s', 'echo "- a" >/kratix/metadata/status.yaml'),
    '/kratix/metadata/status.yaml: ',
  ],
];

let product: Product;
let failures: readonly string[];
beforeAll(async () => {
  product = await openProduct({ worker: true });
  const promises = stages.map(([name, , container]) =>
    promise(name, { resource: { configure: [pipeline('c', [container])] } }),
  );
  const installed = await product.apply(promises);
  expect([installed.code, installed.stdout.match(/ ready: done$/gm)?.length]).toEqual([0, stages.length]);
  const { code, stdout, stderr } = await product.apply(stages.map(([name]) => request(name, 'one')));
  expect([code, stdout]).toEqual([1, '']);
  failures = stderr.split('\n').filter((line) => line.includes(' failed: '));
});
afterAll(() => product?.close());

test.each(stages)('%s: %s fails the run in one line', (name, _what, _container, message) => {
  const kind = kindOf(name);
  const said = failures.filter((line) => line.startsWith(`${kind.toLowerCase()}/default/one failed: `));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`${kind} default/one: ${message}`);
});

test('nothing of what they wrote is in the store', async () => {
  expect(failures).toHaveLength(stages.length);
  expect(await storeFiles(join(product.store, 'west'))).toEqual([]);
});
