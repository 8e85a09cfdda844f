import { toRecord } from '../../src/documents/toRecord.js';
import { Failure } from '../../src/domain/failure.js';
import type { Cluster } from '../kubernetes/cluster.js';
import { codeOf } from '../kubernetes/clusterFailure.js';
import { secretsPath } from '../kubernetes/paths.js';
import type { SecretSource } from './secretSource.js';

/** Secrets of the cluster, read at each use: a rotated credential is picked up by the next one. */
export function clusterSecrets(cluster: Cluster): SecretSource {
  return async ({ namespace, name }) => {
    const found = await cluster.ask('GET', secretsPath(namespace, name)).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 404) throw thrown;
      throw new Failure('SecretNotFound', `Secret ${name} not found in namespace ${namespace}`, true);
    });
    const values = Object.entries(toRecord(toRecord(found)?.['data']) ?? {});
    const decoded = values.map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')] as const);
    return Object.fromEntries(decoded);
  };
}
