import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request } from '../platform/documents.js';
import { eventually } from '../platform/eventually.js';
import { ended, execute, handOver, settled } from '../platform/operations.js';
import { errorCode } from '../../activities/stores/errorCode.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { writeSecret } from '../platform/secrets.js';
import { registerWebStore } from '../platform/webStore.js';
import type { GitHttpServer } from '../servers/gitHttpServer.js';
import { gitHttpServer } from '../servers/gitHttpServer.js';
import type { GitRepository } from '../servers/gitRepository.js';
import { gitRepository } from '../servers/gitRepository.js';

/** Credentials are read at each use, and stand in no history, no database, no log, no artifact and no commit. */
const passwords = ['first-word-that-must-not-travel', 'second-word-that-must-not-travel'] as const;
const token = 'stage-word-that-must-not-travel';
let platform: Platform;
let repository: GitRepository;
let web: GitHttpServer;

beforeAll(async () => {
  platform = await openPlatform({ environment: { FULFIL_RECHECK_INTERVAL: '1s' } });
  repository = await gitRepository();
  web = await gitHttpServer(repository.root);
  web.password = passwords[0];
  await writeSecret(platform, 'token', { token });
  await registerWebStore(platform, web);
});
afterAll(async () => {
  await platform?.close();
  await web?.close();
  await repository?.remove();
});

test('a rotated credential is picked up, and none is found anywhere', async () => {
  const env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'token' } } }];
  const configure = [pipeline('configure', [{ ...echoStage(), env }])];
  await execute(platform, 'installPromise', promise('safe', { selector: { place: 'web' }, resource: { configure } }));
  await execute(platform, 'configureResource', request('safe', 'one', { size: 'small' }));

  web.password = passwords[1];
  const operation = await handOver(platform, 'configureResource', request('safe', 'one', { size: 'large' }));
  const { phase, message } = await settled(operation);
  expect({ phase, message }).toMatchObject({ phase: 'Waiting' });
  expect(message).toContain('GitStateStore/web');
  await writeSecret(platform, 'git', { password: passwords[1] });
  expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  await eventually('the store to be ready again', async () =>
    (await platform.entities.registry()).stores['GitStateStore/web']?.readiness.ready === true ? true : undefined,
  );

  const words = [...passwords, token, Buffer.from(`fulfil:${passwords[1]}`).toString('base64')];
  const commits = await repository.git('log', '--all', '--format=fuller', '--patch');
  expect(commits).toContain('text: large');
  for (const word of words) {
    expect(message).not.toContain(word);
    expect(commits).not.toContain(word);
    expect(await filesWith(platform.home, word)).toEqual([]);
  }
});

/** Everything that the platform keeps: Temporal's database with all histories, artifacts with all logs, clones. */
async function filesWith(folder: string, word: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.startsWith(join(folder, 'secrets'))) continue;
    // A journal that is gone by now holds nothing.
    const content = await readFile(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
      return '';
    });
    if (content.includes(word)) found.push(path);
  }
  return found;
}
