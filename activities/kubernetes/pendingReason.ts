import type { Pod } from './objects.js';
import { statusesOf } from './objects.js';
import type { PodTrouble } from './podTrouble.js';
import { isHelper } from './stageFailure.js';

/** Every pod waits a moment for a node, its volumes and the containers before; one that has to for longer may lack one. */
const patienceMillis = 10_000;

/** Why a pod has not begun the stage or does not go on with it, for people. */
export function pendingReason(pod: Pod, stage: string, trouble: PodTrouble | undefined): string | undefined {
  if (trouble !== undefined) return `container "${trouble.container}" waits: ${trouble.message}`;
  const { conditions = [], phase } = pod.status ?? {};
  const isFalse = (wanted: string) => conditions.find(({ type, status }) => type === wanted && status === 'False');
  const unscheduled = isFalse('PodScheduled');
  if (unscheduled !== undefined) {
    return `no node takes the pod: ${unscheduled.message ?? unscheduled.reason ?? ''}`;
  }
  const { name, creationTimestamp } = pod.metadata;
  const running = statusesOf(pod).find(({ state }) => state?.running !== undefined);
  if (running !== undefined && isHelper(running.name) && isLongAgo(running.state?.running?.startedAt)) {
    return `pod ${name} exchanges files with a worker, or does not reach one (kubectl logs ${name} -c ${running.name})`;
  }
  if (phase !== 'Pending' || !isLongAgo(creationTimestamp)) return undefined;
  if (!conditions.some(({ type }) => type === 'PodScheduled')) return `no scheduler has looked at pod ${name}`;
  if (isFalse('PodReadyToStartContainers') !== undefined) {
    return `pod ${name} cannot begin: a volume, its Secret or ConfigMap, or the network is not there (kubectl describe pod)`;
  }
  return running === undefined || running.name === stage ? undefined : `pod ${name} runs container "${running.name}"`;
}

/** Not when the time is not known. */
function isLongAgo(time = ''): boolean {
  return Date.now() - Date.parse(time) > patienceMillis;
}

/**
 * Why a Job has had no pod to look at for a while: Kubernetes makes one at once, and another after a lost one within
 * seconds, but for minutes it may not when its controllers were cut off from the API in that moment.
 * @param millis for how long it has had none
 * @param lost why the one before was lost
 */
export function podlessReason(job: string, millis: number, lost: string | undefined): string | undefined {
  if (millis <= patienceMillis) return undefined;
  // A quota, a policy that refuses pods: the Job's own events say which.
  if (lost === undefined) return `Kubernetes has not made its pod (kubectl describe job ${job})`;
  return `Kubernetes has made no other pod since it lost one: ${lost}`;
}
