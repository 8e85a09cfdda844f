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
