import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, promise, request, stage } from '../../platform/documents.js';
import { failure } from '../../platform/operations.js';
import type { Scenario } from './scenario.js';
import { readSize } from './scenario.js';

/** A stage that fails, an operation that is refused, a deletion that fails and is mended. */
export async function failing({ platform, run }: Scenario): Promise<void> {
  await setWorld(platform.home, 'no');
  const env = [{ name: 'ANSWER', valueFrom: { configMapKeyRef: { name: 'world', key: 'answer' } } }];
  const failing = promise('failing', {
    resource: {
      configure: [pipeline('configure', [stage('maybe', `${readSize}[ $size != bad ]`)])],
      delete: [pipeline('leave', [stage('ask', '[ $ANSWER = yes ]', { env })])],
    },
  });
  await run('installPromise', failing);
  await failure(run('configureResource', request('failing', 'one', { size: 'bad' })));
  await failure(run('configureResource', request('failing', 'one', { size: 7 })));
  await run('configureResource', request('failing', 'one', { size: 'good' }));
  await failure(run('deletePromise', { name: 'failing' }));
  await setWorld(platform.home, 'yes');
  await run('deletePromise', { name: 'failing' });

  // Metadata that cannot be read: collected at once in vain, then by an activity of its own, which says why.
  const odd = pipeline('configure', [stage('odd', 'echo "suspend: [" >/kratix/metadata/workflow-control.yaml')]);
  await run('installPromise', promise('odd', { resource: { configure: [odd] } }));
  await failure(run('configureResource', request('odd', 'one', { size: 'small' })));
}

async function setWorld(home: string, answer: string): Promise<void> {
  const folder = join(home, 'configmaps', 'default', 'world');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'answer'), answer);
}
