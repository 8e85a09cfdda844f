import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toRecord } from '../../src/documents/toRecord.js';
import { escapes } from '../../src/domain/storePath.js';
import { Failure } from '../../src/domain/failure.js';
import { noValues } from '../secrets/secretSource.js';
import type { ValueSources } from './containerEnvironment.js';
import type { StageContainer } from './stageContainer.js';

/** Lays out the Secret and ConfigMap volumes that this container mounts; directories by volume name. */
export async function givenVolumes(
  stage: StageContainer,
  root: string,
  namespace: string,
  sources: ValueSources,
): Promise<Record<string, string>> {
  const mounted = new Set((stage.container.volumeMounts ?? []).map((mount) => mount.name));
  const given: Record<string, string> = {};
  for (const volume of stage.pipeline.spec.volumes ?? []) {
    if (!mounted.has(volume.name)) continue;
    const values = await valuesOf(volume, namespace, sources);
    if (values === undefined) continue;
    given[volume.name] = join(root, volume.name);
    await layOut(join(root, volume.name), values);
  }
  return given;
}

async function valuesOf(volume: Record<string, unknown>, namespace: string, sources: ValueSources) {
  const [secret, configMap] = [toRecord(volume['secret']), toRecord(volume['configMap'])];
  const source = secret ?? configMap;
  if (source === undefined) return undefined;
  const named = source['secretName'] ?? source['name'];
  const name = typeof named === 'string' ? named : '';
  const read = secret === undefined ? sources.configMaps : sources.secrets;
  const values = await read({ namespace, name }).catch((error: unknown) => {
    if (source['optional'] === true) return noValues;
    throw error;
  });
  return select(values, source['items']);
}

/** `items` picks keys and names their files; without it every key is a file. */
function select(values: Readonly<Record<string, string>>, items: unknown): Record<string, string> {
  if (!Array.isArray(items)) return { ...values };
  return Object.fromEntries(
    items.flatMap((item) => {
      const { key, path } = toRecord(item) ?? {};
      const value = typeof key === 'string' ? values[key] : undefined;
      return typeof path === 'string' && value !== undefined ? [[path, value]] : [];
    }),
  );
}

async function layOut(directory: string, values: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  for (const [path, value] of Object.entries(values)) {
    if (escapes(path)) throw new Failure('StageRefused', `volume file ${path} leads out of its volume`, false);
    await mkdir(join(directory, path, '..'), { recursive: true });
    // Readable for whatever user the image runs as, like a Secret volume's default mode 0644.
    await writeFile(join(directory, path), value, { mode: 0o644 });
  }
}
