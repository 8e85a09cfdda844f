import { startOwnCluster } from '../../src/server/ownCluster.js';
import { kindCluster } from './kindCluster.js';

export type { OwnCluster } from '../../src/server/ownCluster.js';
export { startApiServer, startOwnCluster } from '../../src/server/ownCluster.js';

export interface TestCluster {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/**
 * A cluster whose node runs pods: the given one (KUBECONFIG and FULFIL_TEST_CLUSTER=yes), kind where docker and kind
 * are there, else one of our own, which needs root.
 */
export async function startCluster(): Promise<TestCluster> {
  return givenCluster() ?? (await kindCluster()) ?? (await startOwnCluster());
}

export function givenCluster(): TestCluster | undefined {
  const { KUBECONFIG, FULFIL_TEST_CLUSTER } = process.env;
  if (FULFIL_TEST_CLUSTER !== 'yes') return undefined;
  if (KUBECONFIG === undefined || KUBECONFIG === '') throw new Error('FULFIL_TEST_CLUSTER=yes needs KUBECONFIG');
  return { kubeconfig: KUBECONFIG, stop: () => Promise.resolve() };
}
