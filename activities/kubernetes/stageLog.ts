import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reason } from '../../src/domain/failure.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { copyOutput, lastLine } from '../containers/outputLog.js';
import type { Cluster } from './cluster.js';
import { codeOf } from './clusterFailure.js';
import { pause } from './pause.js';
import { podsPath, query } from './paths.js';
import type { KeptLog } from './stageFailure.js';

/** What a person still reads, as with podman and docker. */
const logLimitBytes = 10 * 2 ** 20;
/** A kubelet or API server that restarts is back within a minute; no stage fails because its log could not be read. */
const patienceMillis = 60_000;
const pauseMillis = 1_000;
/** The whole of a log as large as kubelets keep, over a slow link. */
const readMillis = 60_000;

export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The container runs again, so its last end is the previous one. */
  readonly previous: boolean;
}

/** Copies a container's log to the artifact store, so that it outlives the pod. One that is lost says so itself. */
export async function keepLog(
  cluster: Cluster,
  artifacts: ArtifactStore,
  scratch: string,
  source: LogSource,
): Promise<KeptLog> {
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, 'log-'));
  try {
    const file = join(folder, 'log');
    const tail = await readLog(cluster, source, file);
    return { digest: (await artifacts.putFile(file)).digest, lastLine: lastLine(tail) };
  } catch (thrown) {
    return { digest: await artifacts.put(`[the log could not be read: ${reason(thrown)}]\n`), lastLine: '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readLog(cluster: Cluster, source: LogSource, file: string): Promise<string> {
  const { namespace, pod, container, previous } = source;
  const path = `${podsPath(namespace, pod)}/log${query({ container, previous: previous ? 'true' : undefined })}`;
  const until = performance.now() + patienceMillis;
  for (;;) {
    try {
      return await copyOutput(await cluster.stream(path, AbortSignal.timeout(readMillis)), file, logLimitBytes);
    } catch (thrown) {
      const code = codeOf(thrown);
      // 404: the pod is gone. 400: that end of the container is forgotten.
      if (code === 404 || code === 400 || performance.now() > until) throw thrown;
      await pause(pauseMillis);
    }
  }
}
