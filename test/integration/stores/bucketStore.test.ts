import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buffer } from 'node:stream/consumers';
import { bucketStore } from '../../../activities/stores/bucket/bucketStore.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import type { StoreWriter } from '../../../activities/stores/storeWriter.js';
import type { BucketStateStore } from '../../../src/domain/stateStore.js';
import type { BucketServer } from '../../servers/bucketServer.js';
import { minioServer, motoServer } from '../../servers/bucketServer.js';
import { silentServer } from '../../servers/silentServer.js';
import { directoryChange, never } from '../../servers/storeChanges.js';
import { testCertificate } from '../../servers/testCertificate.js';

let bucketNumber = 0;

describe.each([
  ['MinIO', () => minioServer()],
  ['moto', () => motoServer()],
] as const)('a bucket store on %s', (_name, start) => {
  let server: BucketServer;
  let bucket: string;

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    bucketNumber += 1;
    bucket = `state-${bucketNumber}`;
    await server.client.makeBucket(bucket);
  });

  function storeOf(changes: Partial<BucketStateStore> = {}): BucketStateStore {
    return {
      kind: 'BucketStateStore',
      name: 'minio',
      path: '',
      bucketName: bucket,
      endpoint: server.endpoint,
      insecure: true,
      useDualStack: false,
      authMethod: 'accessKey',
      secretRef: { namespace: 'default', name: 'bucket' },
      ...changes,
    };
  }

  function writerOf(store: BucketStateStore = storeOf(), secret: Record<string, string> = {}): StoreWriter {
    const values = { accessKeyID: server.accessKey, secretAccessKey: server.secretKey, ...secret };
    return bucketStore(store, { secrets: () => Promise.resolve(values) });
  }

  async function keys(): Promise<string[]> {
    const found: string[] = [];
    for await (const item of server.client.listObjectsV2(bucket, '', true) as AsyncIterable<{ name: string }>)
      found.push(item.name);
    return found.sort();
  }

  it('writes, skips what is there, and removes what is obsolete', async () => {
    const first = await writerOf().apply([directoryChange('a/b', { x: '1', 'deep/y.yaml': '2' })], never());
    expect(first.changed).toBe(true);
    expect(await keys()).toEqual(['a/b/deep/y.yaml', 'a/b/x']);
    const written = (await server.client.statObject(bucket, 'a/b/x')).lastModified;
    const again = await writerOf().apply([directoryChange('a/b', { x: '1', 'deep/y.yaml': '2' })], never());
    expect(again).toEqual({ ...first, changed: false, each: [false] });
    expect((await server.client.statObject(bucket, 'a/b/x')).lastModified).toEqual(written);
    await writerOf().apply([directoryChange('a/b', { x: '3' })], never());
    expect(await keys()).toEqual(['a/b/x']);
    expect((await buffer(await server.client.getObject(bucket, 'a/b/x'))).toString()).toBe('3');
  });

  it('leaves neighbours alone and has no key with a slash in front', async () => {
    await server.client.putObject(bucket, 'destinations/ab/theirs', 'x');
    const writer = writerOf(storeOf({ path: '/destinations/' }));
    await writer.apply([directoryChange('a', { x: '1' })], never());
    await writer.apply([directoryChange('a', {})], never());
    expect(await keys()).toEqual(['destinations/ab/theirs']);
    await writerOf(storeOf({ path: '/' })).apply([directoryChange('a', { x: '1' })], never());
    expect(await keys()).toEqual(['a/x', 'destinations/ab/theirs']);
  });

  it('skips an object whose ETag is no MD5 by the digest kept with it', async () => {
    const { digest } = memoryFile('x', 'plain');
    await server.client.putObject(bucket, 'a/x', 'coded', 5, { 'fulfil-sha256': digest });
    expect(await writerOf().apply([directoryChange('a', { x: 'plain' })], never())).toMatchObject({ changed: false });
    expect(await writerOf().apply([directoryChange('a', { x: 'fresh' })], never())).toMatchObject({ changed: true });
    expect((await server.client.statObject(bucket, 'a/x')).metaData).toMatchObject({
      'fulfil-sha256': memoryFile('x', 'fresh').digest,
    });
  });

  it('has a revision of version ids where the bucket keeps versions', async () => {
    await server.client.setBucketVersioning(bucket, { Status: 'Enabled' });
    const first = await writerOf().apply([directoryChange('a', { x: '1' })], never());
    await writerOf().apply([directoryChange('a', { x: '2' })], never());
    const back = await writerOf().apply([directoryChange('a', { x: '1' })], never());
    expect(back.revision).not.toBe(first.revision);
    expect(await writerOf().apply([directoryChange('a', { x: '1' })], never())).toMatchObject({
      revision: back.revision,
      changed: false,
    });
  });

  it('probes without a trace and names a missing bucket', async () => {
    await writerOf().probe(never());
    expect(await keys()).toEqual([]);
    const missing = writerOf(storeOf({ bucketName: 'not-there' }));
    const failure = {
      type: 'StoreMisconfigured',
      retryable: false,
      message: expect.stringContaining('the bucket "not-there" does not exist'),
    };
    await expect(missing.probe(never())).rejects.toMatchObject(failure);
    await expect(missing.apply([directoryChange('a', { x: '1' })], never())).rejects.toMatchObject(failure);
  });

  it('knows whether it holds a change, and names its state from a listing', async () => {
    const writer = writerOf(storeOf({ path: 'destinations' }));
    expect(await writer.fingerprint(never())).toBe('empty');
    const change = directoryChange('a', { x: '1', 'deep/y': '2' });
    expect(await writer.holds([change], never())).toBeUndefined();
    const { revision } = await writer.apply([change], never());
    expect(await writer.holds([change], never())).toBe(revision);
    const before = await writer.fingerprint(never());
    await writer.apply([change], never());
    await server.client.putObject(bucket, 'destinations-of-others/x', '9');
    expect(await writer.fingerprint(never())).toBe(before);
    await server.client.putObject(bucket, 'destinations/a/x', '9');
    expect(await writer.fingerprint(never())).not.toBe(before);
    expect(await writer.holds([change], never())).toBeUndefined();
    await writer.apply([change], never());
    expect(await writer.fingerprint(never())).toBe(before);
    await server.client.putObject(bucket, 'destinations/a/stray', '');
    expect(await writer.holds([change], never())).toBeUndefined();
    await expect(writer.withdraw('offer', never())).rejects.toMatchObject({ type: 'ProposalUnsupported' });
    const missing = writerOf(storeOf({ bucketName: 'not-there' }));
    await expect(missing.fingerprint(never())).rejects.toMatchObject({ type: 'StoreMisconfigured' });
  });

  it('writes a thousand objects in parallel', async () => {
    const files = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}.yaml`, `n: ${index}\n`]));
    await writerOf().apply([directoryChange('a', files)], never());
    expect(await writerOf().apply([directoryChange('a', files)], never())).toMatchObject({ changed: false });
    expect(await keys()).toHaveLength(1000);
  });
});

describe('a bucket store', () => {
  const store: BucketStateStore = {
    kind: 'BucketStateStore',
    name: 'minio',
    path: '',
    bucketName: 'state',
    endpoint: '127.0.0.1:1',
    insecure: true,
    useDualStack: false,
    authMethod: 'accessKey',
    secretRef: { namespace: 'default', name: 'bucket' },
  };
  const values = { accessKeyID: 'fulfil-access', secretAccessKey: 'fulfil-secret-key' };

  it('verifies certificates, trusts an own CA, and knows a refused key', async () => {
    const certificate = await testCertificate();
    const server = await minioServer(certificate);
    try {
      await server.client.makeBucket('state').catch(() => undefined);
      const secure = { ...store, endpoint: server.endpoint, insecure: false };
      const secretly = (more: Record<string, string>) =>
        bucketStore(secure, { secrets: () => Promise.resolve({ ...values, ...more }) });
      await expect(secretly({}).probe(never())).rejects.toMatchObject({ type: 'StoreRefused', retryable: false });
      const wrong = { caCert: certificate.certificate, secretAccessKey: 'wrong-secret-value' };
      const refused = {
        type: 'StoreRefused',
        retryable: false,
        message: expect.not.stringContaining('wrong-secret-value'),
      };
      await expect(secretly(wrong).probe(never())).rejects.toMatchObject(refused);
      await expect(secretly({ caCert: certificate.certificate }).probe(never())).rejects.toMatchObject({
        message: expect.stringContaining('the bucket "state" does not exist'),
      });
    } finally {
      await server.close();
    }
  });

  it('ends when the server hangs, and when nobody waits any more', async () => {
    const silent = await silentServer();
    try {
      const hanging = { ...store, endpoint: silent.endpoint };
      const limits = { silenceMs: 200, totalMs: 60_000 };
      const writer = bucketStore(hanging, { secrets: () => Promise.resolve(values), limits });
      await expect(writer.probe(never())).rejects.toMatchObject({ type: 'StoreUnavailable', retryable: true });
      const patient = bucketStore(hanging, { secrets: () => Promise.resolve(values) });
      const nobody = new AbortController();
      const probing = patient.probe(nobody.signal);
      await silent.asked();
      nobody.abort(new Error('nobody waits'));
      await expect(probing).rejects.toThrow('nobody waits');
    } finally {
      await silent.close();
    }
  });

  it('says which key of the Secret is wrong', async () => {
    const writerWith = (secret: Record<string, string>) =>
      bucketStore(store, { secrets: () => Promise.resolve(secret) });
    await expect(writerWith({ accessKeyID: 'x' }).probe(never())).rejects.toMatchObject({
      message: 'secretAccessKey not found in secret default/bucket',
    });
    await expect(writerWith({ ...values, accessKeyID: 'x\n' }).probe(never())).rejects.toMatchObject({
      message: 'accessKeyID in secret default/bucket ends with a newline; remove it',
    });
    await expect(bucketStore(store, { secrets: () => Promise.resolve(values) }).probe(never())).rejects.toMatchObject({
      type: 'StoreUnavailable',
      retryable: true,
    });
  });
});
