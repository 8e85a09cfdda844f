import type { Cluster } from './cluster.js';
import { watchObjects } from './objectWatch.js';
import type { Job, KubernetesList, Pod } from './objects.js';
import { jobsPath, podsPath, query } from './paths.js';

/** One Job and its pods, the newest last, as they were at one moment. */
export interface Seen {
  readonly job: Job | undefined;
  readonly pods: readonly Pod[];
}

/** How often what was seen is given again although nothing changed, for whoever waits for a time to pass. */
const tickMillis = 5_000;

/**
 * Every change of a Job and its pods, new pods included, until the signal aborts. By watch: a tick asks nobody.
 * @param made the Job as the caller has just made it, when it can have no pod that is gone again
 */
export async function* followJob(
  cluster: Cluster,
  namespace: string,
  name: string,
  signal: AbortSignal,
  made?: Job,
): AsyncGenerator<Seen> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  let jobs: readonly Job[] | undefined;
  let pods: readonly Pod[] | undefined;
  let failed: { readonly thrown: unknown } | undefined;
  let wake = () => {};
  let timer: NodeJS.Timeout | undefined;
  const fail = (thrown: unknown) => {
    failed = { thrown };
    wake();
  };
  until.addEventListener('abort', () => wake(), { once: true });
  const named = { fieldSelector: `metadata.name=${name}` };
  const watches = [
    watchObjects<Job>(
      cluster,
      jobsPath(namespace),
      named,
      until,
      (objects) => {
        jobs = objects;
        wake();
      },
      made && { metadata: { resourceVersion: made.metadata.resourceVersion }, items: [made] },
    ).catch(fail),
    watchObjects<Pod>(
      cluster,
      podsPath(namespace),
      ofJob(name),
      until,
      (objects) => {
        pods = byAge(objects);
        wake();
      },
      made && { metadata: {}, items: [] },
    ).catch(fail),
  ];
  try {
    while (!until.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, tickMillis);
      });
      if (failed !== undefined) throw failed.thrown;
      if (jobs !== undefined && pods !== undefined) yield { job: jobs[0], pods };
      await changed;
      clearTimeout(timer);
    }
  } finally {
    clearTimeout(timer);
    over.abort();
    await Promise.all(watches);
  }
}

/** A Job's pods at this moment, the newest last. */
export async function podsOf(cluster: Cluster, namespace: string, name: string): Promise<readonly Pod[]> {
  const list = (await cluster.ask('GET', `${podsPath(namespace)}${query(ofJob(name))}`)) as KubernetesList<Pod>;
  return byAge(list.items);
}

function ofJob(name: string): Readonly<Record<string, string>> {
  return { labelSelector: `batch.kubernetes.io/job-name=${name}` };
}

function byAge(pods: readonly Pod[]): readonly Pod[] {
  const age = ({ metadata }: Pod) => `${metadata.creationTimestamp ?? ''}/${metadata.name}`;
  return pods.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
}
