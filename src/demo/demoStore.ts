import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { demoBucket } from './demoBucket.js';
import { expectThat, run } from './step.js';

/** A state store for the demonstration: its document, and eyes to look into it without Fulfil. */
export interface DemoStore {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** What its `secretRef` names. */
  readonly secret?: StoreSecret;
  files(): Promise<readonly string[]>;
  /** What changed last, or the whole history, as the store itself tells it; empty when it does not remember. */
  lastChange(): Promise<string>;
  history(): Promise<string>;
  close(): Promise<void>;
}

export interface StoreSecret {
  readonly namespace: string;
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

export async function openDemoStore(name: string, home: string): Promise<DemoStore> {
  switch (name) {
    case 'git':
      return gitRepository(join(home, 'store.git'));
    case 'directory':
      return plainDirectory(join(home, 'store'));
    case 'bucket':
      return demoBucket(home);
    default:
      throw new Error(`STORE: expected git, directory or bucket, found ${name}`);
  }
}

async function gitRepository(path: string): Promise<DemoStore> {
  const git = async (...args: readonly string[]) => {
    const { code, output } = await run('git', ['-C', path, ...args]);
    expectThat(code === 0, `git ${args.join(' ')} to work: ${output}`);
    return output;
  };
  await mkdir(path, { recursive: true });
  await git('init', '--quiet', '--bare', '--initial-branch=main', '.');
  return {
    kind: 'GitStateStore',
    spec: { url: `file://${path}`, branch: 'main', gitAuthor: { name: 'fulfil', email: 'fulfil@example.com' } },
    files: async () => (await git('ls-tree', '-r', '--name-only', 'main')).split('\n').filter((line) => line !== ''),
    lastChange: () => git('show', '--format=%h %s%n%n%b', 'main'),
    history: () => git('log', '--format=%h %an  %s', 'main'),
    close: () => Promise.resolve(),
  };
}

async function plainDirectory(path: string): Promise<DemoStore> {
  await mkdir(path, { recursive: true });
  return {
    kind: 'DirectoryStateStore',
    spec: { path },
    async files() {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(path, join(entry.parentPath, entry.name)));
    },
    lastChange: () => Promise.resolve(''),
    history: () => Promise.resolve(''),
    close: () => Promise.resolve(),
  };
}

/** Writes what `fulfil apply` needs: the store, and the sample's Destination on it. */
export async function writeDocuments(
  store: DemoStore,
  directory: string,
): Promise<{ store: string; destination: string }> {
  const { kind, spec } = store;
  const paths = { store: join(directory, 'state-store.json'), destination: join(directory, 'destination.json') };
  const apiVersion = 'platform.kratix.io/v1alpha1';
  const labels = { environment: 'dev' };
  const destination = { path: 'worker-cluster', stateStoreRef: { kind, name: 'default' } };
  const documents = {
    store: { apiVersion, kind, metadata: { name: 'default' }, spec },
    destination: { apiVersion, kind: 'Destination', metadata: { name: 'worker-cluster', labels }, spec: destination },
  };
  await writeFile(paths.store, JSON.stringify(documents.store, null, 2));
  await writeFile(paths.destination, JSON.stringify(documents.destination, null, 2));
  return paths;
}
