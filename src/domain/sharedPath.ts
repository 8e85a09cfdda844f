import type { Destination } from './destination.js';
import { storeKey } from './destination.js';
import { joinStorePath } from './storePath.js';

/**
 * Why a Destination cannot have its path: two must not write the same place (reference, section 1.7; the message is
 * Kratix's). Who has it already gives way only to those who came before.
 * @param registered in the order in which they came
 */
export function sharedPath(destination: Destination, registered: readonly Destination[]): string | undefined {
  const { name, path, stateStore } = destination;
  const [wantedStore, wantedPath] = [storeKey(stateStore), joinStorePath(path)];
  const there = registered.filter(
    (each) => storeKey(each.stateStore) === wantedStore && joinStorePath(each.path) === wantedPath,
  );
  const [rival] = there;
  if (rival === undefined || rival.name === name) return undefined;
  return `Destination ${name}: spec.path: destination path '${path}' already exists for state store '${stateStore.name}' (Destination ${rival.name})`;
}
