import type { Problem } from '../domain/problem.js';
import { fieldPath } from './fieldPath.js';
import type { Pipeline } from './pipeline.js';
import { runVolume, schedulingVolume, sharedVolumes } from './podVolumes.js';

/** Containers and volumes of the same Pod that are not its author's, Kratix's among them (reference, section 2.4). */
const reservedContainers: readonly string[] = ['reader', 'work-writer', 'status-writer'];
const reservedVolumes: readonly string[] = [...sharedVolumes, schedulingVolume, runVolume];

/** What Kubernetes would refuse in the Pod of one Pipeline: names twice, and mounts of volumes that are not there. */
export function pipelineProblems({ spec }: Pipeline, path: readonly PropertyKey[], document: string): Problem[] {
  const containers = spec.containers.map(({ name }) => name);
  const volumes = (spec.volumes ?? []).map(({ name }) => name);
  const mountable = [...sharedVolumes, ...volumes];
  const mounts = spec.containers.flatMap((container, index) =>
    (container.volumeMounts ?? []).flatMap(({ name }, mount) => {
      if (mountable.includes(name)) return [];
      const field = fieldPath([...path, 'spec', 'containers', index, 'volumeMounts', mount, 'name']);
      const expected = `the name of a volume of this pipeline or one of ${sharedVolumes.join(', ')}`;
      return [{ document, field, message: `expected ${expected}, found "${name}"` }];
    }),
  );
  return [
    ...nameProblems('container', containers, reservedContainers, [...path, 'spec', 'containers'], document),
    ...nameProblems('volume', volumes, reservedVolumes, [...path, 'spec', 'volumes'], document),
    ...mounts,
  ];
}

function nameProblems(
  what: string,
  names: readonly string[],
  reserved: readonly string[],
  path: readonly PropertyKey[],
  document: string,
): Problem[] {
  return names.flatMap((name, index) => {
    const field = fieldPath([...path, index, 'name']);
    if (reserved.includes(name)) {
      return [{ document, field, message: `"${name}" is the name of a ${what} of the platform's own` }];
    }
    return names.indexOf(name) === index ? [] : [{ document, field, message: `duplicate ${what} name "${name}"` }];
  });
}
