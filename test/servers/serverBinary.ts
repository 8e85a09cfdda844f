import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/setup/cacheFolder.js';

/** A server that was fetched or built for the tests; missing ones fail the test with the way to get them. */
export function serverBinary(path: string, needs: string): string {
  const binary = join(cacheFolder(process.env), path);
  if (existsSync(binary)) return binary;
  throw new Error(`${binary} is missing: run scripts/test-servers.sh, which needs ${needs} for it`);
}
