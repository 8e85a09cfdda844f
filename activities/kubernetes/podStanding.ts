import type { StageTask } from '../../src/domain/stageTask.js';
import type { ContainerStatus, Job, Pod } from './objects.js';
import { statusesOf } from './objects.js';
import type { PodTrouble } from './podTrouble.js';
import { troubleOf } from './podTrouble.js';
import { isHelper } from './stageFailure.js';

/** How far a Job's pod is with its containers. */
export type PodStanding =
  /** As every pod does, it waits a moment for a node, its volumes and its images. */
  | { readonly kind: 'coming' }
  /** Its next container lacks something that may still come; Kubernetes tries again by itself. */
  | { readonly kind: 'held'; readonly why: string }
  /** Its next container lacks something that no waiting brings. */
  | { readonly kind: 'hopeless'; readonly trouble: PodTrouble }
  /** Its containers run, or have run. */
  | { readonly kind: 'begun'; readonly remark?: string };

/** One that has to wait for longer than this may lack something. */
const patienceMillis = 10_000;

/** @param trouble what its container lacks, by default as the pod says it now */
export function podStanding(pod: Pod, { stage }: StageTask, trouble = troubleOf(pod)): PodStanding {
  if (trouble?.hopeless === true) return { kind: 'hopeless', trouble };
  if (trouble !== undefined) return { kind: 'held', why: lackOf(trouble) };
  const { conditions = [], phase } = pod.status ?? {};
  const isFalse = (wanted: string) => conditions.find(({ type, status }) => type === wanted && status === 'False');
  const unscheduled = isFalse('PodScheduled');
  if (unscheduled !== undefined) {
    return { kind: 'held', why: `no node takes the pod: ${unscheduled.message ?? unscheduled.reason ?? ''}` };
  }
  const { name, creationTimestamp } = pod.metadata;
  const running = statusesOf(pod).find(({ state }) => state?.running !== undefined);
  if (running !== undefined) return { kind: 'begun', remark: remarkOn(pod, running, stage) };
  if (phase !== 'Pending') return { kind: 'begun' };
  const next = statusesOf(pod).find(({ state }) => state?.terminated?.exitCode !== 0);
  // Kubernetes restarts it, with growing pauses: that is the stage's own trouble.
  if (next?.lastState?.terminated !== undefined || next?.state?.terminated !== undefined) return { kind: 'begun' };
  if (!isLongAgo(lastEnd(pod) ?? creationTimestamp)) return { kind: 'coming' };
  if (!conditions.some(({ type }) => type === 'PodScheduled')) {
    return { kind: 'held', why: `no scheduler has looked at pod ${name}` };
  }
  if (next === undefined || isFalse('PodReadyToStartContainers') !== undefined) {
    const lacks = 'a volume, its Secret or ConfigMap, or the network is not there (kubectl describe pod)';
    return { kind: 'held', why: `pod ${name} cannot begin: ${lacks}` };
  }
  return { kind: 'held', why: `pod ${name} still pulls the image of container "${next.name}", or makes its volumes` };
}

function lackOf({ kind, container, image, message }: PodTrouble): string {
  return kind === 'image'
    ? `image ${image} of container "${container}" is not there: ${message}`
    : `container "${container}" cannot be started yet: ${message}`;
}

function remarkOn({ metadata: { name }, status }: Pod, running: ContainerStatus, stage: string): string | undefined {
  if (!isLongAgo(running.state?.running?.startedAt)) return undefined;
  if (isHelper(running.name)) {
    return `pod ${name} exchanges files with a worker, or does not reach one (kubectl logs ${name} -c ${running.name})`;
  }
  // One that was replaced runs the stages before once more.
  const isEarlier = status?.phase === 'Pending' && running.name !== stage;
  return isEarlier ? `pod ${name} runs container "${running.name}"` : undefined;
}

/** When the last of its containers ended. */
function lastEnd(pod: Pod): string | undefined {
  return statusesOf(pod)
    .map(({ state }) => state?.terminated?.finishedAt)
    .findLast((time) => time !== undefined);
}

/** Not when the time is not known. */
function isLongAgo(time = ''): boolean {
  return Date.now() - Date.parse(time) > patienceMillis;
}

/**
 * How far a Job is that has no pod to look at: Kubernetes makes one at once, and another after a lost one within
 * seconds, but for minutes it may not when its controllers were cut off from the API in that moment.
 * @param millis for how long it has had none
 * @param lost why the one before was lost
 * @param refusal asks why there is none
 */
export async function podlessStanding(
  { metadata: { name } }: Job,
  millis: number,
  lost: string | undefined,
  refusal: () => Promise<string | undefined>,
): Promise<PodStanding> {
  if (millis <= patienceMillis) return { kind: 'coming' };
  const refused = await refusal();
  if (refused !== undefined) return { kind: 'held', why: `Kubernetes makes no pod of Job ${name}: ${refused}` };
  const why =
    lost === undefined
      ? `Kubernetes has not made its pod (kubectl describe job ${name})`
      : `Kubernetes has made no other pod since it lost one: ${lost}`;
  return { kind: 'held', why };
}
