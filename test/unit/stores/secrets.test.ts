import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fileSecrets } from '../../../activities/secrets/fileSecrets.js';
import { redact } from '../../../activities/secrets/redact.js';
import { secretLine } from '../../../activities/secrets/secretValue.js';

const reference = { namespace: 'default', name: 'git-credentials' };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fulfil-test-secrets-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

it('reads files at each use, as in a mounted Secret', async () => {
  const secrets = fileSecrets(directory, {});
  await expect(secrets(reference)).rejects.toMatchObject({
    type: 'SecretNotFound',
    retryable: true,
    message: 'Secret git-credentials not found in namespace default',
  });
  const place = join(directory, 'default', 'git-credentials');
  await mkdir(join(place, '..2026_data'), { recursive: true });
  await writeFile(join(place, 'password'), 'one');
  expect(await secrets(reference)).toEqual({ password: 'one' });
  await writeFile(join(place, 'password'), 'two');
  expect(await secrets(reference)).toEqual({ password: 'two' });
  await expect(secrets({ namespace: '..', name: 'default' })).rejects.toMatchObject({ type: 'SecretNotFound' });
});

it('reads the environment, which knows the spelling of the usual keys', async () => {
  const secrets = fileSecrets(directory, { FULFIL_SECRET_DEFAULT_GIT_CREDENTIALS_SSHPRIVATEKEY: 'key' });
  expect(await secrets(reference)).toEqual({ SSHPRIVATEKEY: 'key', sshPrivateKey: 'key' });
});

it.each([
  ['x\n', 'ends with a newline'],
  ['x ', 'ends with whitespace'],
  [' x', 'begins with whitespace'],
])('says that %j %s', (value, what) => {
  expect(() => secretLine(reference, { password: value }, 'password')).toThrow(
    `password in secret default/git-credentials ${what}; remove it`,
  );
});

it('takes secrets out of texts, each line of them too', () => {
  expect(redact('a hunter2 b line-one c abc', ['hunter2', 'line-one\nline-two', 'abc'])).toBe('a *** b *** c abc');
});
