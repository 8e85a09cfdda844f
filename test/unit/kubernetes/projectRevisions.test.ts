import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import { directoryArtifacts } from '../../../activities/artifacts/directoryArtifacts.js';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { projectRevisions } from '../../../activities/kubernetes/projection/projectRevisions.js';
import { objectStore } from '../../../src/kubernetes/objectStore.js';

const nobody = () => Promise.reject(new Error('nothing was to be asked of the cluster'));
const cluster: Cluster = { ask: nobody, stream: nobody };

test('a revision that was let go since the status was told does not come back', async () => {
  const revisions = objectStore(() => undefined);
  const parts = { cluster, artifacts: directoryArtifacts(tmpdir()), revisions };
  const told = { revisions: [{ version: 'v1', document: 'a'.repeat(64), latest: false }] };
  const made = projectRevisions(parts, { metadata: { name: 'lib' } }, told, () => Promise.resolve({ revisions: [] }));
  await expect(made).resolves.toEqual({ created: [], lost: [] });
});
