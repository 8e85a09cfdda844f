import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'minio';
import type { DemoStore } from './demoStore.js';
import { startMinio } from './minioServer.js';

const bucket = 'state';
const secret = { namespace: 'default', name: 'bucket-credentials' };

/** A bucket of a MinIO that lasts as long as the demonstration; it keeps versions, so that it can tell its history. */
export async function demoBucket(home: string): Promise<DemoStore> {
  const keys = { accessKey: 'fulfil-demo', secretKey: randomBytes(16).toString('hex') };
  const server = await startMinio(join(home, 'minio'), keys);
  const client = new Client({ endPoint: '127.0.0.1', port: server.port, useSSL: false, ...keys, region: 'us-east-1' });
  try {
    await client.makeBucket(bucket);
    await client.setBucketVersioning(bucket, { Status: 'Enabled' });
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
  let lastLook: ReadonlyMap<string, string> = new Map();

  async function look(): Promise<ReadonlyMap<string, string>> {
    const objects = await versions(client);
    const present = objects.filter((object) => object.isLatest && !object.deleted);
    return new Map(present.map(({ key, size, etag }) => [key, `${size} bytes, ETag ${etag}`]));
  }

  return {
    kind: 'BucketStateStore',
    spec: { endpoint: `127.0.0.1:${server.port}`, insecure: true, bucketName: bucket, secretRef: secret },
    secret: { ...secret, values: { accessKeyID: keys.accessKey, secretAccessKey: keys.secretKey } },
    async files() {
      lastLook = await look();
      return [...lastLook.keys()];
    },
    async lastChange() {
      const before = lastLook;
      lastLook = await look();
      return changes(before, lastLook).join('\n');
    },
    async history() {
      const all = await versions(client);
      all.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.key < b.key ? -1 : 1));
      return all
        .map(({ at, key, size, deleted }) => `${time(at)} ${deleted ? 'removed' : `${size} bytes`}  ${key}`)
        .join('\n');
    },
    close: () => server.stop(),
  };
}

interface ObjectVersion {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly at: Date;
  readonly isLatest: boolean;
  readonly deleted: boolean;
}

/** The fields of minio's listing that its types leave out. */
interface ListedVersion {
  readonly name: string;
  readonly size?: number;
  readonly etag?: string;
  readonly lastModified: Date;
  readonly isLatest?: boolean | string;
  readonly isDeleteMarker?: boolean | string;
}

async function versions(client: Client): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  const listed = client.listObjects(bucket, '', true, { IncludeVersion: true }) as AsyncIterable<ListedVersion>;
  for await (const { name, size = 0, etag = '', lastModified, isLatest, isDeleteMarker } of listed) {
    const deleted = String(isDeleteMarker) === 'true';
    found.push({ key: name, size, etag, at: new Date(lastModified), isLatest: String(isLatest) === 'true', deleted });
  }
  return found;
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const put = [...after]
    .filter(([key, object]) => before.get(key) !== object)
    .map(([key, object]) => `${before.has(key) ? 'changed' : 'new    '} ${key} (${object})`);
  const removed = [...before.keys()].filter((key) => !after.has(key)).map((key) => `removed ${key}`);
  return [...put, ...removed];
}

function time(at: Date): string {
  return at.toISOString().slice(11, 23);
}
