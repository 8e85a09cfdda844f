// One cluster for every test file of a jest project: the tests find it as a given one. jest loads this file before its
// own transformation is there, so it takes the types off itself.
import '../servers/typescriptLoader.mjs';

export default async function globalSetup() {
  const { givenCluster, startCluster } = await import('./cluster.ts');
  if (givenCluster() !== undefined) return;
  const cluster = await startCluster();
  globalThis.fulfilTestCluster = cluster;
  process.env.KUBECONFIG = cluster.kubeconfig;
  process.env.FULFIL_TEST_CLUSTER = 'yes';
}
