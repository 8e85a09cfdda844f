import type { GitStateStore } from '../../../src/domain/stateStore.js';
import { binaryTransport } from './binaryTransport.js';
import type { GitCredential } from './gitCredential.js';
import type { GitLimits } from './gitLimits.js';
import type { GitObjects } from './gitObjects.js';
import type { GitRemote } from './gitRemote.js';
import type { GitTransport } from './gitTransport.js';
import { httpTransport } from './httpTransport.js';

/** http(s) in this process, everything else, and a fetch that it cannot do, through the git binary (ADR 0004). */
export async function openTransport(
  store: GitStateStore,
  remote: GitRemote,
  credential: GitCredential,
  objects: GitObjects,
  use: { readonly signal: AbortSignal; readonly limits: GitLimits },
): Promise<GitTransport> {
  if (remote.kind !== 'http') return binaryTransport(store, remote, credential, objects, use);
  return httpTransport(store, remote, credential, objects, {
    ...use,
    fetchByBinary: async (branch, depth) => {
      const binary = await binaryTransport(store, remote, credential, objects, use);
      try {
        return await binary.fetch(branch, depth);
      } finally {
        await binary.close();
      }
    },
  });
}
