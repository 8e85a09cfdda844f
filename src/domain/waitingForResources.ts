/** As many as a line has room for; all of them are counted. */
const named = 5;

/** What a Promise's deletion waits for, in a line: resources by `namespace/name`, and until when if not until they are gone. */
export function waitingForResources(keys: readonly string[], until = ''): string {
  return `waiting for ${keys.length} resource(s)${until}: ${keys.slice(0, named).join(', ')}`;
}
