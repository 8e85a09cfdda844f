import type { GitStateStore, SecretReference } from '../../../src/domain/stateStore.js';
import type { SecretSource } from '../../secrets/secretSource.js';
import type { SecretValues } from '../../secrets/secretValue.js';
import { secretLine, secretValue } from '../../secrets/secretValue.js';
import { storeMisconfigured } from '../storeFailure.js';
import type { InstallationTokens } from './installationTokens.js';
import type { GitRemote } from './gitRemote.js';

/** What opens a remote, resolved at the moment of use. */
export interface GitCredential {
  /** http: the value of the Authorization header. */
  readonly authorization?: string;
  readonly ssh?: { readonly privateKey: string; readonly knownHosts: string };
  readonly caCert?: string;
  /** OpenSSH private key that signs commits. */
  readonly signingKey?: string;
  /** Everything that no message may contain. */
  readonly secrets: readonly string[];
}

/** Keys and messages are Kratix's (reference, section 6.2); `caCert` and `signingKey` are ours, both optional. */
export async function gitCredential(
  store: GitStateStore,
  remote: GitRemote,
  secrets: SecretSource,
  tokens: InstallationTokens,
  signal: AbortSignal,
): Promise<GitCredential> {
  const reference = store.secretRef;
  if (reference === undefined) {
    if (remote.kind === 'file') return { secrets: [] };
    throw storeMisconfigured(store, `secretRef is needed for authentication method ${store.authMethod}`);
  }
  const values = await secrets(reference);
  const shared = {
    ...(values.caCert === undefined ? {} : { caCert: values.caCert }),
    ...(values.signingKey === undefined ? {} : { signingKey: keyText(values.signingKey) }),
    secrets: Object.entries(values).flatMap(([key, value]) => (publicKeys.has(key) ? [] : [value])),
  };
  if (remote.kind === 'file') return shared;
  if (remote.kind === 'ssh') {
    const privateKey = keyText(secretValue(reference, values, 'sshPrivateKey'));
    return { ...shared, ssh: { privateKey, knownHosts: keyText(secretValue(reference, values, 'knownHosts')) } };
  }
  const { username, password } = await basicPair(store, reference, values, tokens, {
    signal,
    remote,
    caCert: values.caCert,
  });
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  return { ...shared, authorization: `Basic ${encoded}`, secrets: [...shared.secrets, password, encoded] };
}

/** These stand in Secrets and are none; hiding them would make messages unreadable. */
const publicKeys: ReadonlySet<string> = new Set(['username', 'knownHosts', 'caCert', 'appID', 'installationID']);

async function basicPair(
  store: GitStateStore,
  reference: SecretReference,
  values: SecretValues,
  tokens: InstallationTokens,
  use: { signal: AbortSignal; remote: GitRemote & { kind: 'http' }; caCert: string | undefined },
): Promise<{ username: string; password: string }> {
  if (store.authMethod === 'githubApp') {
    const app = {
      appId: secretLine(reference, values, 'appID'),
      installationId: secretLine(reference, values, 'installationID'),
      privateKey: secretValue(reference, values, 'privateKey'),
      host: use.remote.host,
      caCert: use.caCert,
    };
    return { username: 'x-access-token', password: await tokens(store, app, use.signal) };
  }
  const password = secretLine(reference, values, 'password');
  const needsUser = values.username !== undefined || !store.url.includes('github');
  return { username: needsUser ? secretLine(reference, values, 'username') : 'x-access-token', password };
}

/** OpenSSH refuses a key whose last line does not end, or that came with the line ends of another system. */
function keyText(text: string): string {
  return `${text.replaceAll('\r\n', '\n').trimEnd()}\n`;
}
