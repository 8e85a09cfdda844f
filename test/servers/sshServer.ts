import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../src/server/freePorts.js';

export interface SshServer {
  /** `ssh://me@127.0.0.1:40123` */
  readonly origin: string;
  readonly privateKey: string;
  /** The line that pins the server's key. */
  readonly knownHosts: string;
  /** A key that the server does not know, and a pin that is not its. */
  readonly strangerKey: string;
  readonly wrongHosts: string;
  close(): Promise<void>;
}

const sshd = '/usr/sbin/sshd';

/** The system's sshd on a port of its own, with its own host key, for the user who runs the tests. */
export async function sshServer(): Promise<SshServer> {
  if (!existsSync(sshd))
    throw new Error(`${sshd} is missing: install openssh-server, or run scripts/test-servers.sh as root`);
  const directory = await mkdtemp(join(tmpdir(), 'fulfil-test-ssh-'));
  const keys = await Promise.all(['host', 'user', 'stranger'].map((name) => keyPair(join(directory, name))));
  const [host, user, stranger] = keys as [KeyPair, KeyPair, KeyPair];
  await writeFile(join(directory, 'authorized'), user.publicKey, { mode: 0o600 });
  const port = await freePorts(1);
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(directory, 'host')}`,
    `AuthorizedKeysFile ${join(directory, 'authorized')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'PidFile none',
    'MaxStartups 100',
  ];
  await writeFile(join(directory, 'config'), `${config.join('\n')}\n`);
  // sshd changes its root to this directory before it trusts anybody.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const child = spawn(sshd, ['-D', '-e', '-f', join(directory, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) resolve();
    });
    child.once('exit', () => reject(new Error(`sshd ended: ${said}`)));
  });
  return {
    origin: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    privateKey: user.privateKey,
    knownHosts: `[127.0.0.1]:${port} ${host.publicKey}`,
    strangerKey: stranger.privateKey,
    wrongHosts: `[127.0.0.1]:${port} ${stranger.publicKey}`,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

async function keyPair(path: string): Promise<KeyPair> {
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  return { privateKey: await readFile(path, 'utf8'), publicKey: await readFile(`${path}.pub`, 'utf8') };
}
