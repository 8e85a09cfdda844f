import { spawn } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gitLimits } from '../../../activities/stores/git/gitLimits.js';
import { gitStore } from '../../../activities/stores/git/gitStore.js';
import { installationTokens } from '../../../activities/stores/git/installationTokens.js';
import type { StoreWriter } from '../../../activities/stores/storeWriter.js';
import type { Failure } from '../../../src/domain/failure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { Behaviour, GitHttpServer } from '../../servers/gitHttpServer.js';
import { gitHttpServer } from '../../servers/gitHttpServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import { silentServer } from '../../servers/silentServer.js';
import { directoryChange, never } from '../../servers/storeChanges.js';

let repository: GitRepository;
let web: GitHttpServer;
let clones = 0;

beforeEach(async () => {
  repository = await gitRepository();
  web = await gitHttpServer(repository.root);
});

afterEach(async () => {
  await web.close();
  await repository.remove();
});

function storeOf(changes: Partial<GitStateStore> = {}): GitStateStore {
  return {
    kind: 'GitStateStore',
    name: 'main',
    path: '',
    url: `${web.origin}/state.git`,
    branch: 'main',
    authMethod: 'basicAuth',
    secretRef: { namespace: 'default', name: 'git' },
    gitAuthor: { name: 'Fulfil', email: '' },
    ...changes,
  };
}

interface Setting {
  readonly store?: GitStateStore;
  readonly secret?: () => Readonly<Record<string, string>>;
  readonly silenceMs?: number;
  readonly totalMs?: number;
  readonly api?: string;
}

function writerWith(setting: Setting = {}): StoreWriter {
  clones += 1;
  const values = setting.secret ?? (() => ({ username: 'fulfil', password: 'correct-horse' }));
  return gitStore(setting.store ?? storeOf(), {
    secrets: () => Promise.resolve(values()),
    clone: join(repository.root, `clone-${clones}`),
    tokens: installationTokens(setting.api),
    limits: { ...gitLimits, silenceMs: setting.silenceMs ?? 30_000, totalMs: setting.totalMs ?? 90_000 },
  });
}

const change = directoryChange('a', { f: '1' });

describe('a git server that fails', () => {
  it.each<[Behaviour, string]>([
    ['error', 'the server answers 500 (the disk is on fire)'],
    ['hang', 'no answer for 2 s'],
    ['dieBeforePush', 'no answer from the server'],
  ])('%s: may be tried again, and works when the server does', async (behaviour, message) => {
    const writer = writerWith({ silenceMs: 2_000 });
    web.behaviour = behaviour;
    await expect(writer.apply([change], never())).rejects.toMatchObject({
      type: 'StoreUnavailable',
      retryable: true,
      message: expect.stringContaining(message),
    });
    web.behaviour = 'serve';
    expect(await writerWith().apply([change], never())).toMatchObject({ changed: true });
    expect(await repository.commits()).toBe(1);
  });

  it('finds its own commit when the answer to the push was lost', async () => {
    const writer = writerWith();
    web.behaviour = 'dieAfterPush';
    await expect(writer.apply([change], never())).rejects.toMatchObject({ type: 'StoreUnavailable', retryable: true });
    web.behaviour = 'serve';
    const head = await repository.git('rev-parse', 'main');
    expect(await writer.apply([change], never())).toEqual({ revision: head, changed: false, each: [false] });
    expect(await writerWith().apply([change], never())).toMatchObject({ revision: head, changed: false });
    expect(await repository.commits()).toBe(1);
  });

  it('finds the commit of a worker that was killed before it heard of it', async () => {
    const store = storeOf({ url: `file://${repository.path}` });
    const pidFile = join(repository.root, 'pid');
    await repository.hook('post-receive', `kill -9 $(cat ${pidFile})`);
    const loader = join(import.meta.dirname, '../../servers/typescriptLoader.mjs');
    const script = join(import.meta.dirname, '../../servers/applyOnce.ts');
    const args = [
      '--no-warnings',
      '--import',
      loader,
      script,
      JSON.stringify(store),
      join(repository.root, 'killed'),
      pidFile,
    ];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
    expect(signal).toBe('SIGKILL');
    expect(await repository.commits()).toBe(1);
    await repository.hook('post-receive', 'exit 0');
    expect(await writerWith({ store }).apply([change], never())).toMatchObject({ changed: false });
    expect(await repository.commits()).toBe(1);
  });

  it.each([
    ['http', () => storeOf(), 'no end after'],
    ['ssh', () => storeOf({ authMethod: 'ssh', url: 'ssh://me@HOST/x.git' }), ''],
  ])('ends over %s when the server hangs and nobody waits any more, or the time is up', async (_kind, make) => {
    const silent = await silentServer();
    const store = {
      ...make(),
      url: make().url.replace('HOST', silent.endpoint).replace(web.origin, `http://${silent.endpoint}`),
    };
    const secret = () => ({ username: 'u', password: 'pass', sshPrivateKey: 'key', knownHosts: 'hosts' });
    try {
      const nobody = new AbortController();
      const waiting = writerWith({ store, secret }).apply([change], nobody.signal);
      await silent.asked();
      nobody.abort(new Error('nobody waits'));
      await expect(waiting).rejects.toThrow('nobody waits');
      const late = writerWith({ store, secret, totalMs: 300 }).apply([change], never());
      await expect(late).rejects.toMatchObject({ type: 'StoreUnavailable', retryable: true });
    } finally {
      await silent.close();
    }
  });
});

describe('credentials', () => {
  it('that are refused are no reason to try again, and a rotated one works at the next use', async () => {
    let password = 'correct-horse';
    const writer = writerWith({ secret: () => ({ username: 'fulfil', password }) });
    await writer.apply([change], never());
    web.password = 'rotated-battery';
    await expect(writer.apply([change], never())).rejects.toMatchObject({
      type: 'StoreRefused',
      retryable: false,
      message: 'GitStateStore/main: the credential is refused: the server answers 401 (bad credentials)',
    });
    password = 'rotated-battery';
    expect(await writer.apply([change], never())).toMatchObject({ changed: false });
  });

  it('say what is wrong with a Secret', async () => {
    const message = async (secret: Record<string, string>, store = storeOf()) => {
      const failure = await writerWith({ store, secret: () => secret })
        .probe(never())
        .catch((thrown: unknown) => thrown);
      return (failure as Failure).message;
    };
    expect(await message({ username: 'u' })).toBe('password not found in secret default/git');
    expect(await message({ username: 'u', password: 'secret-value\n' })).toBe(
      'password in secret default/git ends with a newline; remove it',
    );
    expect(await message({ password: 'p' })).toBe('username not found in secret default/git');
    const ssh = storeOf({ authMethod: 'ssh', url: 'git@example.org:x.git' });
    expect(await message({}, ssh)).toBe('sshPrivateKey not found in secret default/git');
    expect(await message({ sshPrivateKey: 'k' }, ssh)).toBe('knownHosts not found in secret default/git');
    const { secretRef: _, ...without } = storeOf();
    expect(await message({}, without)).toBe(
      'GitStateStore/main: secretRef is needed for authentication method basicAuth',
    );
  });

  it('of a GitHub App are exchanged for a token, once an hour', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const asked: IncomingMessage[] = [];
    const api = http.createServer((request, response) => {
      asked.push(request);
      const end = new Date(Date.now() + 3_600_000).toISOString();
      response.writeHead(201).end(JSON.stringify({ token: 'installation-token', expires_at: end }));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const seen: string[] = [];
    const git = http.createServer((request, response) => {
      seen.push(Buffer.from((request.headers.authorization ?? '').slice('Basic '.length), 'base64').toString());
      response.writeHead(401).end();
    });
    await new Promise<void>((resolve) => git.listen(0, '127.0.0.1', resolve));
    try {
      const store = storeOf({
        authMethod: 'githubApp',
        url: `http://127.0.0.1:${(git.address() as AddressInfo).port}/x.git`,
      });
      const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
      const secret = () => ({ appID: '12', installationID: '34', privateKey: pem });
      const writer = writerWith({ store, secret, api: `http://127.0.0.1:${(api.address() as AddressInfo).port}` });
      for (const _ of [1, 2]) await expect(writer.probe(never())).rejects.toMatchObject({ type: 'StoreRefused' });
      expect(seen).toEqual(['x-access-token:installation-token', 'x-access-token:installation-token']);
      expect(asked.map((request) => request.url)).toEqual(['/app/installations/34/access_tokens']);
      const [head, body, signature] = (asked[0]?.headers.authorization ?? '').slice('Bearer '.length).split('.');
      const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
      const signed = verify(
        'RSA-SHA256',
        Buffer.from(`${head}.${body}`),
        key,
        Buffer.from(signature ?? '', 'base64url'),
      );
      expect(signed).toBe(true);
      expect(JSON.parse(Buffer.from(body ?? '', 'base64url').toString())).toMatchObject({ iss: '12' });
    } finally {
      api.close();
      git.close();
    }
  });

  it('appear in no error, whatever fails', async () => {
    const secret = {
      username: 'fulfil',
      password: 'hunter2-secret',
      sshPrivateKey: 'not-a-key-secret',
      knownHosts: 'x',
    };
    const encoded = Buffer.from('fulfil:hunter2-secret').toString('base64');
    const stores = [
      storeOf(),
      storeOf({ url: 'https://user:hunter2-secret@127.0.0.1:1/x.git' }),
      storeOf({ url: 'http://user:hunter2-secret@example.org/x.git' }),
      storeOf({ url: 'https://127.0.0.1:1/x.git' }),
      storeOf({ authMethod: 'ssh', url: 'ssh://me@127.0.0.1:1/x.git' }),
      storeOf({ url: `file://${repository.root}/nothing` }),
    ];
    for (const behaviour of ['serve', 'error', 'hang', 'dieBeforePush'] as const) {
      web.behaviour = behaviour;
      for (const store of stores) {
        const writer = writerWith({ store, secret: () => secret, silenceMs: 200 });
        const failure = (await writer.apply([change], never()).catch((thrown: unknown) => thrown)) as Failure;
        const told = `${failure.message} ${String(failure.stack)} ${JSON.stringify(failure.cause)} ${JSON.stringify(failure)}`;
        expect(failure.message).toMatch(/^GitStateStore\/main: \S/);
        expect(failure.message).not.toContain('\n');
        for (const value of ['hunter2-secret', 'not-a-key-secret', encoded]) expect(told).not.toContain(value);
      }
    }
  });
});
