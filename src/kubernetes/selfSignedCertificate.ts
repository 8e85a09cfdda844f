import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, der, integer, objectId, octets, sequence, set, tagged, text, utcTime, yes } from './der.js';

/** Both in PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** A clock that is a little slow should not take it for one of the future. */
const backdatedMillis = 5 * 60_000;

/** A server's certificate that vouches for itself (RFC 5280): whoever is to trust it is given it. */
export function selfSignedCertificate(hosts: readonly string[], days: number): CertificatePair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = sequence(set(sequence(objectId(ids.commonName), text(hosts[0] ?? ''))));
  const now = Date.now();
  const validity = [now - backdatedMillis, now + days * 86_400_000].map((time) => utcTime(new Date(time)));
  // 20 bytes at most, and positive: 16 with a first bit of zero.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const algorithm = sequence(objectId(ids.ecdsaWithSha256));
  const version3 = tagged(0, integer(Buffer.from([2])));
  const content = sequence(
    ...[version3, integer(serial), algorithm, name, sequence(...validity), name],
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions(hosts))),
  );
  const signature = sign('sha256', content, privateKey);
  return {
    certificate: pem('CERTIFICATE', sequence(content, algorithm, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const ids = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

function extensions(hosts: readonly string[]): Buffer[] {
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host, 'ascii')),
  );
  return [
    // Its own authority, and nobody else's: no certificate may follow from it.
    extension(ids.basicConstraints, sequence(yes, integer(Buffer.from([0]))), true),
    // digitalSignature and keyCertSign
    extension(ids.keyUsage, bits(Buffer.from([0b1000_0100]), 2), true),
    extension(ids.extendedKeyUsage, sequence(objectId(ids.serverAuth)), false),
    extension(ids.subjectAltName, sequence(...names), false),
  ];
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(objectId(id), ...(critical ? [yes] : []), octets(value));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
