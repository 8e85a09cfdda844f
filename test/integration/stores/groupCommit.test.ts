import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gitStore } from '../../../activities/stores/git/gitStore.js';
import { placementChange } from '../../../activities/stores/placementChange.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import type { StoreChange } from '../../../activities/stores/storeWriter.js';
import { storeWriterFor } from '../../../activities/stores/storeWriterFor.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { GitHttpServer } from '../../servers/gitHttpServer.js';
import { gitHttpServer } from '../../servers/gitHttpServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { SshServer } from '../../servers/sshServer.js';
import { sshServer } from '../../servers/sshServer.js';
import { never } from '../../servers/storeChanges.js';

let repository: GitRepository;
let web: GitHttpServer;
let ssh: SshServer;
let cacheDirectory: string;

beforeEach(async () => {
  repository = await gitRepository();
  web = await gitHttpServer(repository.root);
  ssh = await sshServer();
  cacheDirectory = await mkdtemp(join(tmpdir(), 'fulfil-test-clones-'));
});

afterEach(async () => {
  await web.close();
  await ssh.close();
  await repository.remove();
  await rm(cacheDirectory, { recursive: true, force: true });
});

function storeOver(transport: 'file' | 'http' | 'ssh'): GitStateStore {
  const urls = {
    file: `file://${repository.path}`,
    http: `${web.origin}/state.git`,
    ssh: `${ssh.origin}${repository.path}`,
  };
  return {
    kind: 'GitStateStore',
    name: 'main',
    path: 'destinations',
    url: urls[transport],
    branch: 'main',
    authMethod: transport === 'ssh' ? 'ssh' : 'basicAuth',
    secretRef: { namespace: 'default', name: 'git' },
    gitAuthor: { name: 'Fulfil', email: 'fulfil@example.org' },
  };
}

const secrets = () =>
  Promise.resolve({
    username: 'fulfil',
    password: 'correct-horse',
    sshPrivateKey: ssh.privateKey,
    knownHosts: ssh.knownHosts,
  });

function placement(index: number): StoreChange {
  const directory = `worker-${index % 20}/resources/default/redis/example-${index}/instance-configure/5058f`;
  return placementChange({
    placement: `redis-example-${index}`,
    layout: { mode: 'nestedByMetadata', directory },
    files: ['redis.yaml', 'sub/service.yaml'].map((path) =>
      memoryFile(path, `name: example-${index}\npath: ${path}\n`),
    ),
    summary: `Update redis default/example-${index}: instance-configure`,
    run: `resource/redis/default/example-${index}/run-1`,
  });
}

async function measured<Result>(action: () => Promise<Result>): Promise<readonly [number, Result]> {
  const started = performance.now();
  const result = await action();
  return [Math.round(performance.now() - started), result];
}

describe.each(['file', 'http', 'ssh'] as const)('many writers of one git store over %s', (transport) => {
  it.each([50, 1000])(
    '%i parallel changes go in a few pushes, every waiter answered',
    async (count) => {
      await repository.commitFiles({ 'README.md': 'mine' });
      // The same store and secrets: every call has the same writer.
      const [ms, answers] = await measured(() =>
        Promise.all(
          Array.from({ length: count }, (_, index) =>
            storeWriterFor(storeOver(transport), { secrets, cacheDirectory }).apply([placement(index)], never()),
          ),
        ),
      );
      const pushes = (await repository.commits()) - 1;
      console.log(`${count} placements over ${transport}: ${pushes} pushes, ${ms} ms`);
      expect(pushes).toBeLessThan(5);
      expect(answers.every((answer) => answer.changed)).toBe(true);
      expect(await repository.files()).toHaveLength(count * 2 + 1);
      const trailers = await repository.git('log', '--format=%(trailers:key=Fulfil-Run,valueonly)', 'main');
      expect(new Set(trailers.split('\n').filter((line) => line !== '')).size).toBe(count);
      await repository.git('fsck', '--strict');
    },
    120_000,
  );
});

describe('a repository of 10,000 files', () => {
  it('is opened, changed and repeated in time', async () => {
    const lines = (index: number) =>
      Array.from({ length: 20 }, (_, line) => `  k${line}: ${index * 31 + line}`).join('\n');
    const path = (index: number) =>
      `destinations/worker-${index % 20}/resources/default/redis/r${index}/configure/5058f/f.yaml`;
    const stream = Array.from({ length: 10_000 }, (_, index) => {
      const text = `apiVersion: v1\ndata:\n${lines(index)}\n`;
      return `M 100644 inline ${path(index)}\ndata ${text.length}\n${text}`;
    });
    const commit = `commit refs/heads/main\ncommitter a <a@example.org> 1700000000 +0000\ndata 1\nx\n${stream.join('\n')}\n`;
    execFileSync('git', ['-C', repository.path, 'fast-import', '--quiet'], { input: commit });
    for (const transport of ['http', 'file'] as const) {
      const clone = join(cacheDirectory, transport);
      const writer = gitStore(storeOver(transport), { secrets, clone });
      const [first] = await measured(() => writer.apply([placement(transport === 'http' ? 20_001 : 20_002)], never()));
      const [second] = await measured(() => writer.apply([placement(transport === 'http' ? 20_003 : 20_004)], never()));
      const [again, answer] = await measured(() =>
        writer.apply([placement(transport === 'http' ? 20_003 : 20_004)], never()),
      );
      console.log(`10,000 files over ${transport}: first ${first} ms, next ${second} ms, nothing to do ${again} ms`);
      expect(answer.changed).toBe(false);
    }
    expect(await repository.files()).toHaveLength(10_008);
  }, 120_000);
});

describe('one push for each placement, as Kratix does it', () => {
  it('for comparison', async () => {
    const writer = gitStore(storeOver('http'), { secrets, clone: join(cacheDirectory, 'plain') });
    const [ms] = await measured(async () => {
      for (let index = 0; index < 50; index += 1) await writer.apply([placement(index)], never());
    });
    console.log(`50 placements, one push each, over http: ${ms} ms`);
    expect(await repository.commits()).toBe(50);
  }, 120_000);
});
