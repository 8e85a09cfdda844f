import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fetchPromise } from '../../../activities/releases/fetchPromise.js';
import { promise } from '../../platform/documents.js';
import type { ReleaseServer } from '../../servers/releaseServer.js';
import { releaseServer } from '../../servers/releaseServer.js';
import { testCertificate } from '../../servers/testCertificate.js';

let server: ReleaseServer;
let elsewhere: ReleaseServer;
let secure: ReleaseServer;

const published = JSON.stringify(promise('database', {}));

beforeAll(async () => {
  server = await releaseServer();
  elsewhere = await releaseServer();
  secure = await releaseServer(await testCertificate());
  elsewhere.pages.set('/promise', { body: published });
  secure.pages.set('/promise', { body: published });
});
afterAll(async () => {
  await Promise.all([server, elsewhere, secure].map((each) => each.close()));
});

const secretRef = { name: 'token', namespace: 'platform' };
const secrets = () => Promise.resolve({ authorizationHeader: 'Bearer abc' });
const noSecrets = () => Promise.reject(new Error('nobody may look'));

test('a Promise is fetched with the header of its Secret, which goes to its own server only', async () => {
  server.pages.set('/latest', { status: 302, headers: { location: '/v1' } });
  server.pages.set('/v1', { status: 302, headers: { location: `${elsewhere.url}/promise` } });
  const found = await fetchPromise({ type: 'http', url: `${server.url}/latest`, secretRef }, secrets);
  expect(found).toMatchObject({ kind: 'Promise', metadata: { name: 'database' } });
  expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer abc', 'Bearer abc']);
  expect(elsewhere.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test.each([
  ['/missing', {}, 'failed to get Promise from URL: status code 404'],
  ['/two', { body: `${published}\n---\n${published}` }, 'expected single document yaml, but found multiple documents'],
  ['/other', { body: 'kind: ConfigMap' }, 'expected single Promise object but found object of kind: ConfigMap'],
  ['/nothing', { body: '' }, 'expected single Promise object but found object of kind: '],
  ['/broken', { body: 'a: b: c' }, 'expected YAML or JSON'],
  ['/loop', { status: 301, headers: { location: '/loop' } }, 'more than 5 redirects'],
  ['/file', { status: 301, headers: { location: 'file:///etc/passwd' } }, 'redirected from http://127.0.0.1'],
  ['/large', { body: 'x'.repeat(2_000_000) }, 'more than '],
])('%s is refused', async (path, page, message) => {
  if (path !== '/missing') server.pages.set(path, page);
  await expect(fetchPromise({ url: `${server.url}${path}` }, noSecrets)).rejects.toThrow(message);
});

test('a certificate that nobody vouches for is refused', async () => {
  await expect(fetchPromise({ url: `${secure.url}/promise` }, noSecrets)).rejects.toThrow(/self.signed certificate/);
  expect(secure.asked).toEqual([]);
});

test('a Secret that cannot be read is said', async () => {
  const asked = fetchPromise({ url: `${elsewhere.url}/promise`, secretRef }, noSecrets);
  await expect(asked).rejects.toThrow('failed to fetch data from secretRef: nobody may look');
  const empty = fetchPromise({ url: `${elsewhere.url}/promise`, secretRef }, () => Promise.resolve({}));
  await expect(empty).rejects.toThrow('authorizationHeader not found in secret platform/token');
});

test('a server that stops in the middle is waited for ten seconds', async () => {
  server.pages.set('/hangs', { body: 'kind: ', hangs: true });
  const began = performance.now();
  await expect(fetchPromise({ url: `${server.url}/hangs` }, noSecrets)).rejects.toThrow('no answer within 10 s');
  expect(performance.now() - began).toBeGreaterThan(9_000);
});
