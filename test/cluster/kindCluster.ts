import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath, runProgram } from '../../src/setup/program.js';
import { BASE_IMAGE } from '../../src/setup/baseImage.js';
import type { TestCluster } from './cluster.js';

/** Of the pods that tests run; its stages have the base image. */
const helperImage = 'localhost/fulfil-helper:1';

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
  const stop = async (): Promise<void> => {
    await runProgram(kind, ['delete', 'cluster', '--name', name], { timeoutMs: deleteMilliseconds });
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await must(kind, args);
    await must('deploy/helper/build.sh', [helperImage]);
    await must(kind, ['load', 'docker-image', BASE_IMAGE, helperImage, '--name', name]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, stop };
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { ok, complaint } = await runProgram(program, args, { timeoutMs: createMilliseconds });
  if (!ok) throw new Error(`${program} ${args.slice(0, 2).join(' ')}: ${complaint}`);
}
