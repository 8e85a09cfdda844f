import { storeMisconfigured } from '../storeFailure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';

export type GitRemote =
  | { readonly kind: 'http'; readonly url: string; readonly host: string }
  | { readonly kind: 'ssh'; readonly url: string }
  | { readonly kind: 'file'; readonly url: string };

/**
 * Checks a store's URL against its way of authenticating, in Kratix's words (reference, section 6.2). Plain http is
 * for a server on this machine only, credentials would travel readable; `file://` is ours.
 */
export function gitRemote(store: GitStateStore): GitRemote {
  const { url, authMethod } = store;
  checkBranch(store, store.branch);
  if (/[\s\0]/.test(url)) throw storeMisconfigured(store, 'url contains whitespace');
  if (url.startsWith('file://')) return { kind: 'file', url };
  if (authMethod === 'ssh') {
    if (!/^(ssh:\/\/)?[\w.~+][^@/]*@[^@-][^@]*$/.test(url)) throw invalid(store, 'SSH');
    return { kind: 'ssh', url };
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed)))) {
    throw invalid(store, 'HTTPS');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw storeMisconfigured(store, 'url carries a credential; it belongs into the Secret that secretRef names');
  }
  return { kind: 'http', url: url.replace(/\/+$/, ''), host: parsed.host };
}

/** A credential that somebody left in a URL must not appear in the message about it. */
function invalid(store: GitStateStore, method: string): Error {
  const shown = store.url.replace(/\/\/[^/@]*:[^/@]*@/, '//***@');
  return storeMisconfigured(store, `invalid URL for ${method} auth method: ${shown}`);
}

function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
}

/** git-check-ref-format, as far as a name could be mistaken for something else. */
export function checkBranch(store: GitStateStore, branch: string): void {
  const wrong = /^[-/.]|[\s\0~^:?*[\\]|\.\.|@\{|\/\/|\/\.|[/.]$|\.lock$/.test(branch) || branch === '';
  if (wrong) throw storeMisconfigured(store, `"${branch}" is no name for a branch`);
}
