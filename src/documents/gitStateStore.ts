import { z } from 'zod';
import type { Problem } from '../domain/problem.js';
import type { GitStateStore } from '../domain/stateStore.js';
import { joinStorePath } from '../domain/storePath.js';
import { closed, filledText, maybe, maybeChosen, text } from './fields.js';
import { crossesNetwork, gitUrlFault, isLocalRepository } from './gitUrl.js';
import { deliverAnnotation, Metadata } from './metadata.js';
import { kratixApiVersion } from './pipeline.js';
import { storePathText } from './storePathText.js';

/** git's rules for a branch's name; a leading `-` would be read as an option. */
const branch = text('the name of a git branch', (name) => {
  const fits = /^(?![-/.])[^\s~^:?*[\\\0]+$/.test(name) && !/(\.\.|@\{|\/\/|\/\.)/.test(name);
  return fits && !/(\/|\.|\.lock)$/.test(name);
});

export const GitDocument = closed({
  apiVersion: z.literal(kratixApiVersion),
  kind: z.literal('GitStateStore'),
  metadata: Metadata,
  spec: closed({
    url: z.string(),
    branch: maybe(branch),
    path: maybe(storePathText),
    authMethod: maybeChosen(z.enum(['basicAuth', 'ssh', 'githubApp'])),
    secretRef: maybe(closed({ name: filledText, namespace: maybe(z.string()) })),
    gitAuthor: maybe(closed({ name: maybe(z.string()), email: maybe(z.string()) })),
  }),
  status: maybe(z.unknown()),
});
export type GitDocument = z.infer<typeof GitDocument>;

/** The URL has to fit the authentication method, and what crosses a network needs a secret (sections 1.9 and 6.2). */
export function gitProblems({ spec }: GitDocument, document: string): Problem[] {
  const authMethod = spec.authMethod ?? 'basicAuth';
  const urlFault = gitUrlFault(spec.url, authMethod);
  if (urlFault !== undefined) return [{ document, field: 'spec.url', message: urlFault }];
  if (spec.secretRef === undefined && crossesNetwork(spec.url)) {
    const message = `must be set when using authentication method ${authMethod}`;
    return [{ document, field: 'spec.secretRef', message }];
  }
  if (spec.secretRef === undefined || !isLocalRepository(spec.url)) return [];
  return [{ document, field: 'spec.secretRef', message: 'must not be set for a file:// URL: it needs no secret' }];
}

export function toGitStateStore({ metadata, spec }: GitDocument): GitStateStore {
  const { secretRef, gitAuthor } = spec;
  return {
    kind: 'GitStateStore',
    name: metadata.name,
    path: joinStorePath(spec.path ?? ''),
    url: spec.url,
    branch: spec.branch ?? 'main',
    ...(metadata.annotations?.[deliverAnnotation] === 'pull-request' ? { proposals: true } : {}),
    authMethod: spec.authMethod ?? 'basicAuth',
    ...(secretRef === undefined
      ? {}
      : { secretRef: { namespace: secretRef.namespace || 'default', name: secretRef.name } }),
    gitAuthor: { name: gitAuthor?.name || 'kratix', email: gitAuthor?.email ?? '' },
  };
}
