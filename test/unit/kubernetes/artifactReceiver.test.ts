import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { directoryArtifacts } from '../../../activities/artifacts/directoryArtifacts.js';
import type { ArtifactReceiver } from '../../../activities/kubernetes/artifactReceiver.js';
import { startArtifactReceiver } from '../../../activities/kubernetes/artifactReceiver.js';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { runSecret } from '../../../activities/kubernetes/runSecret.js';
import { openScratch } from '../activities/scratch.js';

const scratch = openScratch();
const artifacts = directoryArtifacts(scratch.path('deep/artifacts'));
const token = 'token-of-a-run';
/** The digest in the Secret that the cluster has. */
let input = '';
let receiver: ArtifactReceiver;

const cluster: Cluster = {
  ask: async () => ({
    ...runSecret('team', 'job', {}, input, undefined, {}),
    data: { token: Buffer.from(token).toString('base64') },
  }),
  stream: () => Promise.reject(new Error('not here')),
};

beforeAll(async () => {
  const options = { cluster, artifacts, scratch: scratch.path('received'), host: '127.0.0.1', port: 0 };
  receiver = await startArtifactReceiver(options);
});
afterAll(() => receiver?.close());

async function ask(shown: string): Promise<[number, string]> {
  const url = `http://127.0.0.1:${receiver.port}/runs/team/job-1/input`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${shown}` } });
  return [response.status, await response.text()];
}

test('who shows the token of a run gets its object, and nobody else', async () => {
  input = await artifacts.put('kind: Thing\n');
  expect(await ask(token)).toEqual([200, 'kind: Thing\n']);
  expect(await ask('another')).toEqual([401, 'this is not the token of a run\n']);
});

test('a Secret that somebody else made leads to no file of the worker', async () => {
  await mkdir(scratch.path('deep/artifacts'), { recursive: true });
  await writeFile(scratch.path('outside.txt'), 'secret');
  for (const path of ['../../outside.txt', '..//../outside.txt', '']) {
    input = path;
    expect(await ask(token)).toEqual([401, 'this is not the token of a run\n']);
  }
});
