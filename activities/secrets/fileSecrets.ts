import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../src/domain/failure.js';
import type { SecretReference } from '../../src/domain/stateStore.js';
import type { SecretSource } from './secretSource.js';

/**
 * Secrets without Kubernetes. `<directory>/<namespace>/<name>/<key>` holds a value, as in a mounted Secret, or the
 * environment does: `FULFIL_SECRET_<NAMESPACE>_<NAME>_<KEY>`, upper-case, everything but letters and digits as `_`:
 * `password` of `default/git-credentials` is `FULFIL_SECRET_DEFAULT_GIT_CREDENTIALS_PASSWORD`. The environment wins.
 * A variable's name does not tell the key's spelling, so its value answers to each known key that is written so,
 * and to the upper-case rest itself.
 */
export function fileSecrets(directory: string, env: NodeJS.ProcessEnv): SecretSource {
  return async (reference) => {
    const values = { ...(await fromFiles(directory, reference)), ...fromEnvironment(env, reference) };
    if (Object.keys(values).length > 0) return values;
    const { namespace, name } = reference;
    throw new Failure('SecretNotFound', `Secret ${name} not found in namespace ${namespace}`, true);
  };
}

/** The keys of all Secrets that a state store reads (reference, sections 6.2 and 6.3, and our own additions). */
export const knownKeys = [
  'username',
  'password',
  'sshPrivateKey',
  'knownHosts',
  'appID',
  'installationID',
  'privateKey',
  'accessKeyID',
  'secretAccessKey',
  'caCert',
  'signingKey',
] as const;

async function fromFiles(directory: string, { namespace, name }: SecretReference): Promise<Record<string, string>> {
  if ([namespace, name].some((segment) => /[/\\\0]|^\.{0,2}$/.test(segment))) return {};
  const place = join(directory, namespace, name);
  const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
  // A mounted Secret has its keys as links and its own bookkeeping in names that begin with two dots.
  const keys = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('..'))
    .map((entry) => entry.name);
  const pairs = keys.map(async (key) => [key, await readFile(join(place, key), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

function fromEnvironment(env: NodeJS.ProcessEnv, { namespace, name }: SecretReference): Record<string, string> {
  const prefix = `FULFIL_SECRET_${variable(namespace)}_${variable(name)}_`;
  const values: Record<string, string> = {};
  for (const [found, value] of Object.entries(env)) {
    if (value === undefined || !found.startsWith(prefix)) continue;
    const rest = found.slice(prefix.length);
    values[rest] = value;
    for (const key of knownKeys) if (variable(key) === rest) values[key] = value;
  }
  return values;
}

function variable(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}
