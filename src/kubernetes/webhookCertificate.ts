import { X509Certificate } from 'node:crypto';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { unless } from '../../activities/kubernetes/clusterFailure.js';
import type { KubernetesObject } from '../../activities/kubernetes/objects.js';
import { secretsPath } from '../../activities/kubernetes/paths.js';
import type { CertificatePair } from './selfSignedCertificate.js';
import { selfSignedCertificate } from './selfSignedCertificate.js';

export interface CertificatePlace {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** The names under which the API server finds us. */
  readonly hosts: readonly string[];
}

/** One for all controllers, with the one before it, which another controller may still show. */
interface KeptPair extends CertificatePair {
  readonly previous?: string;
}

type Secret = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };

const secretName = 'fulfil-webhook';
const configurationPath = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/fulfil';

const validDays = 365;
/** A month of failures would be noticed. */
const renewedDays = 30;

/** The certificate to serve with, made or renewed where it is due, and made known to the API server. */
export async function webhookCertificate(place: CertificatePlace): Promise<CertificatePair> {
  const { cluster, namespace } = place;
  const secret = (await cluster.ask('GET', secretsPath(namespace, secretName)).catch(unless(404))) as
    Secret | undefined;
  const kept = secret && pairOf(secret);
  if (kept !== undefined && isGood(kept.certificate, place.hosts)) {
    await trust(cluster, kept);
    return kept;
  }
  const previous = kept?.certificate;
  const fresh: KeptPair = {
    ...selfSignedCertificate(place.hosts, validDays),
    ...(previous !== undefined && { previous }),
  };
  const body = secretOf(namespace, fresh, secret);
  // The API server has to trust it before anybody serves with it; a conflict means that another controller was faster.
  await trust(cluster, fresh);
  const written =
    secret === undefined
      ? await cluster.ask('POST', secretsPath(namespace), { body }).catch(unless(409))
      : await cluster.ask('PUT', secretsPath(namespace, secretName), { body }).catch(unless(409));
  return written === undefined ? webhookCertificate(place) : fresh;
}

function isGood(certificate: string, hosts: readonly string[]): boolean {
  try {
    const read = new X509Certificate(certificate);
    const left = Date.parse(read.validTo) - Date.now();
    return left > renewedDays * 86_400_000 && hosts.every((host) => read.checkHost(host) !== undefined);
  } catch {
    // what somebody put there is no certificate
    return false;
  }
}

function pairOf({ data = {} }: Secret): KeptPair | undefined {
  const [certificate, key, previous] = ['tls.crt', 'tls.key', 'previous.crt'].map((name) => {
    return data[name] === undefined ? undefined : Buffer.from(data[name], 'base64').toString('utf8');
  });
  if (certificate === undefined || key === undefined || !certificate.includes('BEGIN CERTIFICATE')) return undefined;
  return { certificate, key, ...(previous !== undefined && { previous }) };
}

function secretOf(namespace: string, { certificate, key, previous }: KeptPair, known: Secret | undefined): unknown {
  const resourceVersion = known?.metadata.resourceVersion;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name: secretName, namespace, ...(resourceVersion !== undefined && { resourceVersion }) },
    stringData: { 'tls.crt': certificate, 'tls.key': key, ...(previous !== undefined && { 'previous.crt': previous }) },
  };
}

interface WebhookConfiguration {
  readonly metadata: { readonly resourceVersion?: string };
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

/** Without its configuration nobody asks us anything, so there is nobody to tell. */
async function trust(cluster: Cluster, { certificate, previous = '' }: KeptPair): Promise<void> {
  const found = (await cluster.ask('GET', configurationPath).catch(unless(404))) as WebhookConfiguration | undefined;
  const caBundle = Buffer.from(certificate + previous).toString('base64');
  const webhooks = found?.webhooks ?? [];
  if (webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return;
  const told = webhooks.map((webhook) => ({ ...webhook, clientConfig: { ...webhook.clientConfig, caBundle } }));
  await cluster.ask('PUT', configurationPath, { body: { ...found, webhooks: told } }).catch(unless(409));
}
