import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../setup/cacheFolder.js';
import { freePort } from '../server/freePort.js';
import { expectThat, run, show } from './step.js';

export interface MinioServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface MinioKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The real MinIO on this machine's loopback, with its data in a directory. */
export async function startMinio(directory: string, keys: MinioKeys): Promise<MinioServer> {
  const binary = await minioBinary();
  await mkdir(directory, { recursive: true });
  const port = await freePort(9000);
  const env = {
    ...process.env,
    MINIO_ROOT_USER: keys.accessKey,
    MINIO_ROOT_PASSWORD: keys.secretKey,
    MINIO_BROWSER: 'off',
  };
  const child = spawn(binary, ['server', directory, '--address', `127.0.0.1:${port}`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('API:')) resolve();
      });
    }
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`MinIO ended: ${said}`)));
  });
  return {
    port,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

async function minioBinary(): Promise<string> {
  const folder = join(cacheFolder(process.env), 'bin');
  const binary = join(folder, 'minio');
  if (existsSync(binary)) return binary;
  const script = 'scripts/build-minio.sh';
  show(`There is no MinIO in ${folder}: ${script} builds it, which takes two to three minutes and happens once.`);
  const { code, output } = await run('bash', [script, folder]);
  expectThat(code === 0, `${script} to build a MinIO: ${output.trim().split('\n').slice(-5).join('; ')}`);
  return binary;
}
