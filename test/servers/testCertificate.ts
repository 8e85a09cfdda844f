import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface TestCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** A certificate for 127.0.0.1 that vouches for itself: its own CA. */
export async function testCertificate(): Promise<TestCertificate> {
  const directory = await mkdtemp(join(tmpdir(), 'fulfil-test-tls-'));
  try {
    const [key, certificate] = [join(directory, 'key'), join(directory, 'cert')];
    const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    await promisify(execFile)('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...name]);
    return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
