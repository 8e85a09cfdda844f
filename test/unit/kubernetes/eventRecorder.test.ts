import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { platformResources } from '../../../activities/kubernetes/projection/apiResource.js';
import { eventRecorder } from '../../../activities/kubernetes/projection/eventRecorder.js';
import { warning } from '../../../activities/kubernetes/projection/statusEvents.js';

/** What the notes of events become. */
async function noted(...notes: string[]): Promise<string[]> {
  const posted: string[] = [];
  const cluster: Cluster = {
    ask: async (_method, _path, options) => void posted.push((options?.body as { note: string }).note),
    stream: () => Promise.reject(new Error('not here')),
  };
  const record = eventRecorder(cluster, 'test', (error) => {
    throw error;
  });
  const events = notes.map((note) => warning('Failed', note));
  await record('Test', platformResources.promises, { metadata: { name: 'a', uid: '1' } }, events);
  return posted;
}

test('a note is as long as the API server takes it, which counts bytes', async () => {
  const [plain = '', umlauts = '', faces = ''] = await noted(
    'a'.repeat(2000),
    'ü'.repeat(1000),
    `a${'😀'.repeat(400)}`,
  );
  expect(plain).toHaveLength(1024);
  expect(umlauts).toBe('ü'.repeat(512));
  expect(faces).toBe(`a${'😀'.repeat(255)}`);
  expect(await noted('short – and whole')).toEqual(['short – and whole']);
});
