import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const identity = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'someone',
  GIT_AUTHOR_EMAIL: 'someone@example.org',
  GIT_COMMITTER_NAME: 'someone',
  GIT_COMMITTER_EMAIL: 'someone@example.org',
};

/** A bare repository on disk, looked at and changed behind the store's back with the git binary. */
export interface GitRepository {
  readonly root: string;
  readonly path: string;
  git(...args: readonly string[]): Promise<string>;
  files(branch?: string): Promise<string[]>;
  read(path: string, branch?: string): Promise<string>;
  commits(branch?: string): Promise<number>;
  /** What somebody else does: a commit with these files, pushed from a clone of their own. */
  commitFiles(files: Readonly<Record<string, string>>, branch?: string): Promise<string>;
  /** A first commit of so many documents, 20 Destinations' worth, each in a directory of its own. */
  fill(count: number): Promise<void>;
  hook(name: string, script: string): Promise<void>;
  remove(): Promise<void>;
}

export async function gitRepository(): Promise<GitRepository> {
  const root = await mkdtemp(join(tmpdir(), 'fulfil-test-git-'));
  const path = join(root, 'state.git');
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', path], {
    env: { ...process.env, ...identity },
  });
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', path, ...args], {
      env: { ...process.env, ...identity },
      maxBuffer: 64e6,
    });
    return stdout.trimEnd();
  };
  await git('config', 'http.receivepack', 'true');
  return {
    root,
    path,
    git,
    async files(branch = 'main') {
      return (await git('ls-tree', '-r', '--name-only', branch)).split('\n').filter((line) => line !== '');
    },
    read: (file, branch = 'main') => git('show', `${branch}:${file}`),
    async commits(branch = 'main') {
      return Number(await git('rev-list', '--count', branch));
    },
    async commitFiles(files, branch = 'main') {
      const work = await mkdtemp(join(root, 'work-'));
      const there = async (...args: readonly string[]): Promise<string> =>
        (await run('git', ['-C', work, ...args], { env: { ...process.env, ...identity } })).stdout.trim();
      await there('init', '--quiet', `--initial-branch=${branch}`);
      await there('remote', 'add', 'origin', path);
      const known = await git('branch', '--list', branch);
      if (known !== '') {
        await there('fetch', '--quiet', '--depth=1', 'origin', branch);
        await there('reset', '--quiet', '--hard', 'FETCH_HEAD');
      }
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(work, file)), { recursive: true });
        await writeFile(join(work, file), text);
      }
      await there('add', '--all', '--force');
      await there('commit', '--quiet', '--message', 'somebody else');
      await there('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
      const head = await there('rev-parse', 'HEAD');
      await rm(work, { recursive: true });
      return head;
    },
    async fill(count) {
      const child = run('git', ['-C', path, 'fast-import', '--quiet'], { env: { ...process.env, ...identity } });
      const files = Array.from({ length: count }, (_, index) => importedFile(index)).join('\n');
      const who = 'committer someone <someone@example.org> 1700000000 +0000';
      child.child.stdin?.end(`commit refs/heads/main\n${who}\ndata 1\nx\n${files}\n`);
      await child;
    },
    async hook(name, script) {
      await mkdir(join(path, 'hooks'), { recursive: true });
      await writeFile(join(path, 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function importedFile(index: number): string {
  const lines = Array.from({ length: 20 }, (_, line) => `  k${line}: ${index * 31 + line}`).join('\n');
  const text = `apiVersion: v1\ndata:\n${lines}\n`;
  const path = `destinations/worker-${index % 20}/resources/default/redis/r${index}/configure/5058f/f.yaml`;
  return `M 100644 inline ${path}\ndata ${text.length}\n${text}`;
}
