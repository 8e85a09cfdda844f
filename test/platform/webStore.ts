import type { GitHttpServer } from '../servers/gitHttpServer.js';
import { destination } from './documents.js';
import { execute } from './operations.js';
import type { Platform } from './platform.js';
import { writeSecret } from './secrets.js';

/** A git store `web` over http, with the server's password in the Secret `git`, and a Destination `web` for `place: web`. */
export async function registerWebStore(platform: Platform, web: GitHttpServer): Promise<void> {
  await writeSecret(platform, 'git', { username: 'fulfil', password: web.password });
  await execute(platform, 'registerStateStore', {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'GitStateStore',
    metadata: { name: 'web' },
    spec: { url: `${web.origin}/state.git`, secretRef: { name: 'git' } },
  });
  const onWeb = { stateStoreRef: { kind: 'GitStateStore', name: 'web' } };
  await execute(platform, 'registerDestination', destination('web', { place: 'web' }, onWeb));
}
