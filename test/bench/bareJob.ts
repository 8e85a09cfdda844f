import { randomBytes } from 'node:crypto';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { watchEvents } from '../../activities/kubernetes/watchEvents.js';
import type { Job, KubernetesList } from '../../activities/kubernetes/objects.js';
import { holds } from '../../activities/kubernetes/objects.js';
import { jobsPath, labelSelector, query } from '../../activities/kubernetes/paths.js';
import { toRecord } from '../../src/documents/toRecord.js';
import { BASE_IMAGE } from '../../src/setup/baseImage.js';

export type PodSpec = Readonly<Record<string, unknown>>;

/** The pod of a pipeline's Job as it is, resources, volumes and account, with containers that do nothing. */
export async function barePod(
  cluster: Cluster,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<PodSpec> {
  const selector = labelSelector(labels);
  const path = `${jobsPath(namespace)}${query({ labelSelector: selector })}`;
  const list = (await cluster.ask('GET', path)) as KubernetesList<Job>;
  const spec = toRecord(toRecord(list.items[0]?.spec?.['template'])?.['spec']);
  if (spec === undefined) throw new Error(`no Job has the labels ${selector}`);
  return { ...spec, initContainers: idle(spec['initContainers']), containers: idle(spec['containers']) };
}

function idle(containers: unknown): unknown[] {
  return (Array.isArray(containers) ? containers : []).map((container: unknown) => ({
    ...toRecord(container),
    ...{ image: BASE_IMAGE, command: ['true'], args: [] },
    // the base image is root's, which the helpers' containers are not
    securityContext: { ...toRecord(toRecord(container)?.['securityContext']), runAsUser: 65532 },
  }));
}

/** Of every bare Job, so that they can be taken away. */
export const bareLabels = { bench: 'bare' } as const;

/** Longer than any of the bench's. */
const patienceSeconds = 3_600;

/** A Job of such a pod, until Kubernetes says that it is complete. */
export async function bareJob(cluster: Cluster, namespace: string, spec: PodSpec): Promise<void> {
  const name = `bare-${randomBytes(4).toString('hex')}`;
  const metadata = { name, labels: bareLabels };
  const body = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: { spec } } };
  const made = (await cluster.ask('POST', jobsPath(namespace), { body })) as Job;
  const { resourceVersion } = made.metadata;
  const parameters = { fieldSelector: `metadata.name=${name}`, resourceVersion };
  const watch = { path: jobsPath(namespace), parameters, seconds: patienceSeconds };
  for await (const { object } of watchEvents(cluster, watch, new AbortController().signal)) {
    if (holds((object as Job).status?.conditions, 'Complete') !== undefined) return;
  }
}
