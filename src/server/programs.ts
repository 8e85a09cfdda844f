import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../setup/cacheFolder.js';
import { onPath } from '../setup/program.js';

/** A test has seconds and a build takes minutes: what is missing is somebody else's to build. */
export function requirePrograms(...names: readonly string[]): void {
  const missing = names.filter((name) => !existsSync(programPath(name)));
  if (missing.length > 0) throw new Error(`${missing.join(', ')} missing: run scripts/kubernetes/build.sh`);
}

/** Where build.sh puts a program. */
export function programPath(name: string): string {
  return join(process.env['FULFIL_BIN'] ?? join(cacheFolder(process.env), 'bin'), name);
}

/** The one that users have, else the one that was built. */
export async function kubectlProgram(): Promise<string> {
  return (await onPath('kubectl', process.env)) ?? programPath('kubectl');
}
