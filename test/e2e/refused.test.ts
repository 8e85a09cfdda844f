import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Document } from '../platform/documents.js';
import { api, pipeline, promise, stage } from '../platform/documents.js';
import { executeByCli } from '../platform/temporalCli.js';
import type { Product } from './product.js';
import { openProduct } from './product.js';

let product: Product;
beforeAll(async () => {
  product = await openProduct({ worker: true });
});
afterAll(() => product?.close());

const once = pipeline('c', [stage('s', 'true')]);
const long = 'n'.repeat(64);

function withApi(changes: Document): Document {
  const document = promise('bad');
  return { ...document, spec: { ...(document['spec'] as Document), api: changes } };
}

function withoutSchema(): Document {
  const definition = api('Bad', {});
  const versions = [{ name: 'v1', served: true, storage: true }];
  return withApi({ ...definition, spec: { ...(definition['spec'] as Document), versions } });
}

function withSpec(changes: Document): Document {
  const document = promise('bad');
  return { ...document, spec: { ...(document['spec'] as Document), ...changes } };
}

/** What is wrong, the document, and what is said about it; `Promise bad` is the document's own name. */
const documents: readonly (readonly [string, Document, string])[] = [
  [
    'an unknown kind',
    { apiVersion: 'platform.kratix.io/v1alpha1', kind: 'Promised', metadata: { name: 'bad' } },
    'Promised bad: kind: expected Promise, ResourceBinding, Destination, BucketStateStore, GitStateStore or DirectoryStateStore, found "Promised"',
  ],
  [
    'a selector that is no list',
    withSpec({ destinationSelectors: 'dev' }),
    'Promise bad: spec.destinationSelectors: expected a list, found "dev"',
  ],
  [
    'labels that are a list',
    withSpec({ destinationSelectors: [{ matchLabels: ['dev'] }] }),
    'Promise bad: spec.destinationSelectors[0].matchLabels: expected an object, found a list of 1',
  ],
  [
    'a CRD without a schema',
    withoutSchema(),
    'Promise bad: spec.api.spec.versions[0].schema: expected an object, found nothing',
  ],
  [
    'a pipeline without containers',
    promise('bad', { resource: { configure: [pipeline('c', [])] } }),
    'Promise bad: spec.workflows.resource.configure[0].spec.containers: expected at least 1 entry, found an empty list',
  ],
  [
    'two pipelines of one name',
    promise('bad', { resource: { configure: [once, once] } }),
    'Promise bad: spec.workflows.resource.configure[1].metadata.name: duplicate pipeline name "c" in workflow "resource" action "configure"',
  ],
  [
    'a name of 64 characters',
    promise(long, { kind: 'Bad' }),
    `Promise ${long}: metadata.name: expected at most 63 characters, found 64`,
  ],
];

test('fulfil refuses a Secret, and says where its values belong', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'git', namespace: 'team' } };
  const { code, stderr } = await product.apply(JSON.stringify(secret));
  const why = 'Secrets are not applied: workers read them from files or their environment, see Settings in the README';
  expect([code, stderr]).toEqual([
    2,
    `standard input: Secret team/git: kind: ${why}\nnothing was changed: 1 problem\n`,
  ]);
});

test.each(documents)('fulfil refuses %s', async (_what, document, message) => {
  const { code, stdout, stderr } = await product.apply(JSON.stringify(document));
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: `standard input: ${message}\nnothing was changed: 1 problem\n`,
  });
});

test.each(documents.slice(1))('the operation itself refuses %s, in one line', async (_what, document, message) => {
  const { code, stdout } = await executeByCli(product, 'installPromise', JSON.stringify(document));
  expect(code).not.toBe(0);
  expect(stdout.split('\n').filter((line) => line.includes('Message:'))).toEqual([`    Message: ${message}`]);
});

test.each([
  [
    'not YAML',
    'kind: [',
    'expected YAML or JSON: unexpected end of the stream within a flow collection (line 1, column 8)',
  ],
  [
    'not JSON',
    '{"kind": "Promise"',
    'expected YAML or JSON: unexpected end of the stream within a flow collection (line 1, column 19)',
  ],
  ['neither', 'just words', 'expected an object, found "just words"'],
])('fulfil refuses what is %s', async (_what, text, message) => {
  const { code, stderr } = await product.apply(text);
  expect([code, stderr]).toEqual([2, `standard input: ${message}\nnothing was changed: 1 problem\n`]);
});

test('fulfil refuses a document of 5 MB before it sends it anywhere', async () => {
  const file = await product.file('big.json', JSON.stringify({ ...promise('bad'), more: 'x'.repeat(5_000_000) }));
  const { code, stderr } = await product.fulfil('apply', '-f', file);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    new RegExp(`^${file}: expected at most 1500000 bytes, found 500\\d{4}\nnothing was changed: 1 problem\n$`),
  );
});

test("Temporal's own command line refuses what is not JSON and what is too large; nothing is started", async () => {
  const broken = await executeByCli(product, 'installPromise', '{"kind": ');
  expect(broken.code).not.toBe(0);
  expect(broken.stderr).toContain('input #1 is not valid JSON');
  const large = JSON.stringify({ ...promise('bad'), more: 'x'.repeat(5_000_000) });
  const { code, stderr } = await executeByCli(product, 'installPromise', large);
  expect(code).not.toBe(0);
  expect(stderr).toContain('received message larger than max');
});

test('several problems of several documents are listed together, and the good documents are not applied either', async () => {
  const good = promise('good');
  const bad = { ...promise(long, { kind: 'Bad' }), spec: { destinationSelectors: 'dev' } };
  const { code, stderr } = await product.apply([good, bad, { apiVersion: 'v1', kind: 'Secret' }]);
  expect(code).toBe(2);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.slice(0, 2)).toEqual([
    `standard input#2: Promise ${long}: metadata.name: expected at most 63 characters, found 64`,
    `standard input#2: Promise ${long}: spec.destinationSelectors: expected a list, found "dev"`,
  ]);
  expect(lines.slice(2, -1).every((line) => line.startsWith('standard input#3: Secret: '))).toBe(true);
  expect(lines.at(-1)).toMatch(/^nothing was changed: \d problems$/);
});

test('an input that is missing or empty is refused, by name', async () => {
  const missing = await product.fulfil('apply', '-f', '/nowhere/promise.yaml');
  expect([missing.code, missing.stderr.split('\n')[0]]).toEqual([
    2,
    '/nowhere/promise.yaml: expected a file that can be read, found ENOENT',
  ]);
  const empty = await product.apply('');
  expect([empty.code, empty.stderr.split('\n')[0]]).toEqual([2, '-: expected at least one document, found none']);
  const nothing = await executeByCli(product, 'installPromise', 'null');
  expect(nothing.code).not.toBe(0);
  expect(nothing.stdout).toContain('Message: input: expected an object, found null');
});

test('what is neither a Promise nor anything else that can be deleted deletes no Promise of that name', async () => {
  const binding = { apiVersion: 'platform.kratix.io/v1alpha1', kind: 'ResourceBinding', metadata: { name: 'bad' } };
  const file = await product.file('binding.json', JSON.stringify(binding));
  const { code, stderr } = await product.fulfil('delete', '-f', file);
  expect([code, stderr.trimEnd()]).toEqual([
    2,
    "ResourceBinding bad: kind: expected Promise, Destination, a state store or a Promise's kind; nothing was deleted",
  ]);
});

test('none of all that has changed anything', async () => {
  const { stdout } = await product.fulfil('get', 'promises', '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'List', items: [] });
});
