import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitCredential } from './gitCredential.js';
import type { GitLimits } from './gitLimits.js';
import type { GitRemote } from './gitRemote.js';

export interface BinaryAccess {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * What git needs to open a remote: in the environment and in files of mode 0600 that last as long as the use, never
 * among the arguments that every user of a machine can read. They lie in the clone, which is emptied when a writer
 * starts, so that a process that was killed leaves no key behind for long.
 */
export async function binaryAccess(
  remote: GitRemote,
  credential: GitCredential,
  use: { readonly gitdir: string; readonly limits: GitLimits },
): Promise<BinaryAccess> {
  const { gitdir, limits } = use;
  const directory = await mkdtemp(join(gitdir, 'access-'));
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const seconds = String(Math.ceil(limits.silenceMs / 1000));
  const config: [string, string][] = [
    ['gc.auto', '0'],
    ['protocol.version', '2'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', seconds],
    ['http.followRedirects', 'initial'],
  ];
  const env: Record<string, string> = { GIT_ALLOW_PROTOCOL: remote.kind === 'http' ? 'http:https' : remote.kind };
  if (credential.authorization !== undefined) {
    config.push(['http.extraHeader', `Authorization: ${credential.authorization}`]);
  }
  // The variable, since it wins over the configuration: the Secret's CA comes before the machine's.
  if (credential.caCert !== undefined) env.GIT_SSL_CAINFO = await file('ca.pem', credential.caCert);
  if (credential.ssh !== undefined) {
    const key = await file('key', credential.ssh.privateKey);
    const hosts = await file('known_hosts', credential.ssh.knownHosts);
    env.GIT_SSH_COMMAND = sshCommand(key, hosts, seconds);
    env.GIT_SSH_VARIANT = 'ssh';
  }
  return {
    env: { ...env, ...configEnvironment(config) },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Pinned host keys, our key alone, no agent, no configuration of the user's or the machine's. */
function sshCommand(key: string, hosts: string, seconds: string): string {
  const options = {
    BatchMode: 'yes',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: hosts,
    GlobalKnownHostsFile: '/dev/null',
    PreferredAuthentications: 'publickey',
    ConnectTimeout: seconds,
    ServerAliveInterval: seconds,
    ServerAliveCountMax: '1',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return ['ssh', '-F', '/dev/null', '-i', key, ...words].map(quoted).join(' ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function configEnvironment(config: readonly (readonly [string, string])[]): Record<string, string> {
  const entries = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(config.length), ...(Object.fromEntries(entries) as Record<string, string>) };
}
