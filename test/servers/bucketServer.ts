import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'minio';
import { freePorts } from '../../src/server/freePorts.js';
import { serverBinary } from './serverBinary.js';
import type { TestCertificate } from './testCertificate.js';

export interface BucketServer {
  /** `127.0.0.1:40123` */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** For looking behind the store's back. */
  readonly client: Client;
  close(): Promise<void>;
}

const keys = { accessKey: 'fulfil-access', secretKey: 'fulfil-secret-key' };

/** The real MinIO, on a directory of its own. */
export async function minioServer(certificate?: TestCertificate): Promise<BucketServer> {
  const binary = serverBinary('bin/minio', 'Go 1.26');
  const directory = await mkdtemp(join(tmpdir(), 'fulfil-test-minio-'));
  if (certificate !== undefined) {
    await writeFile(join(directory, 'public.crt'), certificate.certificate);
    await writeFile(join(directory, 'private.key'), certificate.key);
  }
  const port = await freePorts(1);
  const places = ['--address', `127.0.0.1:${port}`, '--certs-dir', directory];
  const env = {
    ...process.env,
    MINIO_ROOT_USER: keys.accessKey,
    MINIO_ROOT_PASSWORD: keys.secretKey,
    MINIO_BROWSER: 'off',
  };
  const child = spawn(binary, ['server', join(directory, 'data'), ...places], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await said(child, 'API:');
  return server(child, port, directory, certificate !== undefined);
}

/** Another implementation of S3: moto's server. */
export async function motoServer(): Promise<BucketServer> {
  const binary = serverBinary('moto/bin/moto_server', 'python3');
  const port = await freePorts(1);
  const directory = await mkdtemp(join(tmpdir(), 'fulfil-test-moto-'));
  const child = spawn(binary, ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  await said(child, 'Running on');
  return server(child, port, directory, false);
}

function server(child: ChildProcess, port: number, directory: string, secure: boolean): BucketServer {
  return {
    ...keys,
    endpoint: `127.0.0.1:${port}`,
    client: new Client({ endPoint: '127.0.0.1', port, useSSL: secure, ...keys, region: 'us-east-1' }),
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function said(child: ChildProcess, words: string): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(words)) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the server ended: ${output}`)));
  });
}
