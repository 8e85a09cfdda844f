import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where set-up keeps what it fetched or found out; removing it costs time only. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'fulfil');
}
