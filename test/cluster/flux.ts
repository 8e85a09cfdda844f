import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../src/server/freePorts.js';
import { mustKubectl } from './kubectl.js';
import { programPath, requirePrograms } from '../../src/server/programs.js';

export interface Flux {
  stop(): Promise<void>;
}

/** For each of the two: metrics and health; the source controller also serves what it fetched. */
const portsOfFlux = 5;

/** Flux's source and kustomize controllers for a cluster, running beside it: it needs no node. */
export async function startFlux(kubeconfig: string): Promise<Flux> {
  requirePrograms('source-controller', 'kustomize-controller', 'flux-crds.yaml');
  await mustKubectl(kubeconfig, ['apply', '--server-side', '-f', programPath('flux-crds.yaml')]);
  await mustKubectl(kubeconfig, ['wait', '--for=condition=Established', '--all', 'crds', '--timeout=30s']);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } };
  await mustKubectl(kubeconfig, ['apply', '-f', '-'], namespace);

  const directory = await mkdtemp(join(tmpdir(), 'fulfil-flux-'));
  const port = await freePorts(portsOfFlux);
  const local = (offset: number) => `127.0.0.1:${port + offset}`;
  const env = { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'flux-system', TMPDIR: directory };

  function run(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(programPath(program), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(directory, `${program}.log`));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return child;
  }

  const storage = ['--storage-path', directory, '--storage-addr', local(0), '--storage-adv-addr', local(0)];
  const children = [
    run('source-controller', [...storage, '--metrics-addr', local(1), '--health-addr', local(2)]),
    // what waits for a dependency asks again after this time instead of after 30 seconds
    run('kustomize-controller', ['--metrics-addr', local(3), '--health-addr', local(4), '--requeue-dependency=2s']),
  ];
  return {
    async stop() {
      const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of children) if (!child.kill()) child.emit('exit');
      await Promise.all(ended);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
