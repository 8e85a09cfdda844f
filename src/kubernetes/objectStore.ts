import { isDeepStrictEqual } from 'node:util';
import type { ClusterObject, ObjectCache } from '../../activities/kubernetes/projection/clusterObject.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';

export interface ObjectChange {
  readonly key: string;
  /** Undefined when it is gone. */
  readonly object?: ClusterObject;
  /** What was told of it, also when it is gone. */
  readonly last: ClusterObject;
  /** What a write of ours made of it and nothing else: who wrote it knows. */
  readonly own: boolean;
}

export interface ObjectStore extends ObjectCache {
  /** Takes over an event of a watch. */
  see(object: ClusterObject, gone: boolean): void;
  /** Takes over a whole list. */
  replace(objects: readonly ClusterObject[]): void;
}

interface Seen {
  readonly object: ClusterObject;
  readonly gone: boolean;
  readonly news: boolean;
}

interface Write {
  under: number;
  /** A watch is often faster than the answer, and only the answer says which event is an echo of it. */
  readonly held: Seen[];
}

/**
 * The objects of one kind as they were last seen, by a watch or in the answer to a write of ours. Every change is told
 * once, one that came between what we had read and what we wrote as well.
 */
export function objectStore(
  told: (change: ObjectChange) => void,
  slim: (object: ClusterObject) => ClusterObject = (object) => object,
): ObjectStore {
  const kept = new Map<string, ClusterObject>();
  const writes = new Map<string, Write>();
  /** Versions that we wrote and no watch has told yet. */
  const echoes = new Map<string, readonly string[]>();

  /** False when that version is known already. */
  function keep(object: ClusterObject, gone: boolean): boolean {
    const key = keyOf(object);
    const known = kept.get(key);
    // An event of before our own write: its news is in what we keep.
    if (known !== undefined && isOlder(object, known)) return true;
    if (gone) return kept.delete(key);
    kept.set(key, slim(object));
    return known === undefined || versionOf(known) !== versionOf(object);
  }

  function tell({ object, gone, news }: Seen): void {
    const key = keyOf(object);
    const awaited = echoes.get(key) ?? [];
    const own = !gone && awaited.includes(versionOf(object));
    const left = awaited.filter((version) => isOlderVersion(versionOf(object), version));
    if (left.length > 0) echoes.set(key, left);
    else echoes.delete(key);
    if (news || own) told({ key, object: kept.get(key), last: object, own });
  }

  function see(object: ClusterObject, gone: boolean): void {
    const seen = { object, gone, news: keep(object, gone) };
    const write = writes.get(keyOf(object));
    if (write === undefined) tell(seen);
    else write.held.push(seen);
  }

  function answered(key: string, { held }: Write, wanted: ClusterObject, written: ClusterObject): void {
    if (held.some(({ object, gone }) => gone && !isOlder(object, written))) return;
    const own = isAsWanted(wanted, written);
    if (own) echoes.set(key, [...(echoes.get(key) ?? []), versionOf(written)]);
    keep(written, false);
    if (!own) told({ key, object: kept.get(key), last: written, own });
  }

  return {
    get: (key) => kept.get(key),
    list: () => [...kept.values()],
    see,
    replace(objects) {
      const keys = new Set(objects.map(keyOf));
      for (const [key, last] of kept) if (!keys.has(key)) see(last, true);
      for (const object of objects) see(object, false);
    },
    async writing(wanted, answer) {
      const key = keyOf(wanted);
      const write = writes.get(key) ?? { under: 0, held: [] };
      writes.set(key, write);
      write.under += 1;
      try {
        const written = await answer;
        answered(key, write, wanted, written);
        return written;
      } finally {
        write.under -= 1;
        if (write.under === 0) {
          writes.delete(key);
          write.held.forEach(tell);
        }
      }
    },
  };
}

/** Does the answer hold no news beside what was written? A generation counts changes of the spec, whoever made them. */
function isAsWanted({ metadata: wanted }: ClusterObject, { metadata: written }: ClusterObject): boolean {
  return (
    (wanted.generation === undefined || wanted.generation === written.generation) &&
    wanted.deletionTimestamp === written.deletionTimestamp &&
    isDeepStrictEqual(wanted.labels ?? {}, written.labels ?? {}) &&
    isDeepStrictEqual(wanted.annotations ?? {}, written.annotations ?? {}) &&
    isDeepStrictEqual(wanted.finalizers ?? [], written.finalizers ?? [])
  );
}

function versionOf({ metadata }: ClusterObject): string {
  return metadata.resourceVersion ?? '';
}

function isOlder(a: ClusterObject, b: ClusterObject): boolean {
  return isOlderVersion(versionOf(a), versionOf(b));
}

/** Versions are numbers that grow (Kubernetes says so since 1.35; etcd always did); others are never called older. */
function isOlderVersion(one: string, two: string): boolean {
  if (!/^\d+$/.test(one) || !/^\d+$/.test(two)) return false;
  return one.length === two.length ? one < two : one.length < two.length;
}
