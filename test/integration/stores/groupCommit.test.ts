import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gitStore } from '../../../activities/stores/git/gitStore.js';
import { storeWriterFor } from '../../../activities/stores/storeWriterFor.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { GitHttpServer } from '../../servers/gitHttpServer.js';
import { gitHttpServer } from '../../servers/gitHttpServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { SshServer } from '../../servers/sshServer.js';
import { sshServer } from '../../servers/sshServer.js';
import { never, placementOf } from '../../servers/storeChanges.js';

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

describe.each(['file', 'http', 'ssh'] as const)('many writers of one git store over %s', (transport) => {
  it.each([50, 1000])(
    '%i parallel changes go in a few pushes, every waiter answered',
    async (count) => {
      await repository.commitFiles({ 'README.md': 'mine' });
      // The same store and secrets: every call has the same writer.
      const answers = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          storeWriterFor(storeOver(transport), { secrets, cacheDirectory }).apply([placementOf(index)], never()),
        ),
      );
      expect((await repository.commits()) - 1).toBeLessThan(5);
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
  it.each(['http', 'file'] as const)('is opened, changed and repeated over %s', async (transport) => {
    await repository.fill(10_000);
    const writer = gitStore(storeOver(transport), { secrets, clone: join(cacheDirectory, 'clone') });
    await writer.apply([placementOf(20_001)], never());
    expect(await writer.apply([placementOf(20_002)], never())).toMatchObject({ changed: true });
    expect(await writer.apply([placementOf(20_002)], never())).toMatchObject({ changed: false });
    expect(await repository.files()).toHaveLength(10_004);
    await repository.git('fsck', '--strict');
  });
});
