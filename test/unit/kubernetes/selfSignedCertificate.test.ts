import { X509Certificate } from 'node:crypto';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { objectId } from '../../../src/kubernetes/der.js';
import { selfSignedCertificate } from '../../../src/kubernetes/selfSignedCertificate.js';

test('a certificate vouches for its hosts and for itself, as long as it was asked to', () => {
  const { certificate } = selfSignedCertificate(['localhost', '127.0.0.1'], 30);
  const read = new X509Certificate(certificate);
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkIssued(read)).toBe(true);
  expect(read.subject).toBe('CN=localhost');
  expect(read.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect(read.ca).toBe(true);
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  const days = (Date.parse(read.validTo) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThanOrEqual(30);
  expect(Date.parse(read.validFrom)).toBeLessThan(Date.now());
});

test('two are never the same', () => {
  const serials = Array.from({ length: 50 }, () => {
    return new X509Certificate(selfSignedCertificate(['localhost'], 1).certificate).serialNumber;
  });
  expect(new Set(serials).size).toBe(50);
});

test('who trusts it may talk to its server, and nobody else may', async () => {
  const { certificate, key } = selfSignedCertificate(['localhost'], 1);
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (servername: string, ca?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = {
        port,
        host: '127.0.0.1',
        servername,
        agent: false,
        ...(ca === undefined ? {} : { ca }),
      } as const;
      get(options, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
  try {
    expect(await ask('localhost', certificate)).toBe(200);
    await expect(ask('localhost')).rejects.toThrow(/self-signed certificate/);
    await expect(ask('elsewhere', certificate)).rejects.toThrow(/does not match certificate/);
  } finally {
    server.close();
  }
});

test('object identifiers with large numbers', () => {
  expect(objectId('1.2.840.113549').toString('hex')).toBe('06062a864886f70d');
});
