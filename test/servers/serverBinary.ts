import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A server that was built for the tests; missing ones fail the test with the way to get them. */
export function serverBinary(path: string, install: string): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fulfil');
  const binary = join(cache, path);
  if (existsSync(binary)) return binary;
  throw new Error(`${binary} is missing: run ${install.replaceAll('CACHE', cache)}`);
}
