import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from './platform.js';

/** A Secret as a worker without a cluster reads it: one file for each key. */
export async function writeSecret(
  { home }: Pick<Platform, 'home'>,
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = join(home, 'secrets', 'default', name);
  await mkdir(folder, { recursive: true });
  for (const [key, value] of Object.entries(values)) await writeFile(join(folder, key), value);
}
