import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../src/domain/failure.js';
import type { CommitSigner } from './commitObject.js';

// A signature takes milliseconds; a key with a passphrase would wait for one.
const limitMs = 10_000;

/** Signs as `git -c gpg.format=ssh commit -S` does; the key is in a file of the clone as long as it takes. */
export function sshSigner(privateKey: string, gitdir: string): CommitSigner {
  return async (text) => {
    const directory = await mkdtemp(join(gitdir, 'access-'));
    try {
      const key = join(directory, 'key');
      await writeFile(key, privateKey, { mode: 0o600 });
      return await keygen(['-Y', 'sign', '-q', '-n', 'git', '-f', key], text);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
}

function keygen(args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', [...args], { stdio: ['pipe', 'pipe', 'ignore'], timeout: limitMs });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', () => reject(unsigned('ssh-keygen cannot be started')));
    child.on('close', (code) => {
      const signature = Buffer.concat(chunks).toString();
      if (code === 0 && signature.startsWith('-----BEGIN SSH SIGNATURE-----')) resolve(signature);
      else reject(unsigned('signingKey is no OpenSSH private key without a passphrase'));
    });
    child.stdin.end(input);
  });
}

function unsigned(why: string): Failure {
  return new Failure('StoreMisconfigured', `the commit cannot be signed: ${why}`, false);
}
