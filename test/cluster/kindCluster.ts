import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath, runProgram } from '../../src/setup/program.js';
import type { TestCluster } from './cluster.js';

/** The node's image may have to be pulled. */
const createMilliseconds = 10 * 60_000;
const deleteMilliseconds = 2 * 60_000;
/** A daemon that does not answer in this time will not run a node either. */
const answerMilliseconds = 10_000;

/** A cluster by kind, or undefined where docker or kind is not there. */
export async function kindCluster(): Promise<TestCluster | undefined> {
  const kind = await onPath('kind', process.env);
  if (kind === undefined || !(await runProgram('docker', ['version'], { timeoutMs: answerMilliseconds })).ok) {
    return undefined;
  }
  const directory = await mkdtemp(join(tmpdir(), 'fulfil-kind-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const name = `fulfil-${process.pid}`;
  const args = ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--wait', '120s'];
  const created = await runProgram(kind, args, { timeoutMs: createMilliseconds });
  if (!created.ok) throw new Error(`kind could not create a cluster: ${created.complaint}`);
  return {
    kubeconfig,
    async stop() {
      await runProgram(kind, ['delete', 'cluster', '--name', name], { timeoutMs: deleteMilliseconds });
      await rm(directory, { recursive: true, force: true });
    },
  };
}
