import type { Pod } from './objects.js';
import { statusesOf } from './objects.js';

/** Why a container does not start, other than that it is not its turn. */
export interface PodTrouble {
  readonly pod: string;
  readonly container: string;
  readonly image: string;
  readonly kind: 'image' | 'configuration' | 'start';
  readonly message: string;
  /** No waiting mends it: the image's name is none, its user is root where that is forbidden. */
  readonly hopeless: boolean;
}

const kinds: Readonly<Record<string, PodTrouble['kind']>> = {
  ErrImagePull: 'image',
  ImagePullBackOff: 'image',
  ErrImageNeverPull: 'image',
  InvalidImageName: 'image',
  ImageInspectError: 'image',
  RegistryUnavailable: 'image',
  SignatureValidationFailed: 'image',
  CreateContainerConfigError: 'configuration',
  CreateContainerError: 'start',
  RunContainerError: 'start',
};

/** The first container that waits for something which may never come. */
export function troubleOf(pod: Pod): PodTrouble | undefined {
  for (const { name, state } of statusesOf(pod)) {
    const { reason = '', message = reason } = state?.waiting ?? {};
    const kind = kinds[reason];
    if (kind === undefined) continue;
    const hopeless = reason === 'InvalidImageName' || /runAsNonRoot/.test(message);
    return { pod: pod.metadata.name, container: name, image: imageOf(pod, name), kind, message, hopeless };
  }
  return undefined;
}

function imageOf({ spec }: Pod, container: string): string {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return all.find(({ name }) => name === container)?.image ?? '';
}

/** A back-off's message may leave out what the attempt before it said. */
export function saysWhy({ message }: PodTrouble): boolean {
  return !/^Back-off pulling image "[^"]*"$/.test(message);
}

/** Every pod waits a moment for its volumes; one that has to for longer may lack one. */
const volumesMillis = 10_000;

/** Why a pod has not begun or does not go on, for people. */
export function pendingReason(pod: Pod, trouble: PodTrouble | undefined): string | undefined {
  if (trouble !== undefined) return `container "${trouble.container}" waits: ${trouble.message}`;
  const isFalse = (wanted: string) =>
    pod.status?.conditions?.find(({ type, status }) => type === wanted && status === 'False');
  const unscheduled = isFalse('PodScheduled');
  if (unscheduled !== undefined) {
    return `no node takes the pod: ${unscheduled.message ?? unscheduled.reason ?? ''}`;
  }
  const { name, creationTimestamp = '' } = pod.metadata;
  const isOld = Date.now() - Date.parse(creationTimestamp) > volumesMillis;
  if (pod.status?.phase !== 'Pending' || !isOld || isFalse('PodReadyToStartContainers') === undefined) return undefined;
  return `pod ${name} cannot begin: a volume, its Secret or ConfigMap, or the network is not there (kubectl describe pod)`;
}
