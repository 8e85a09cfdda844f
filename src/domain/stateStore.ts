import type { StateStoreReference } from './destination.js';

export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
}

/** S3 and everything that speaks it (reference, sections 1.8 and 6.3). */
export interface BucketStateStore {
  readonly kind: 'BucketStateStore';
  readonly name: string;
  readonly path: string;
  readonly bucketName: string;
  /** `host[:port]`, without a scheme. */
  readonly endpoint: string;
  readonly insecure: boolean;
  readonly useDualStack: boolean;
  readonly authMethod: 'accessKey' | 'IAM';
  readonly secretRef?: SecretReference;
}

/** A branch of a git repository (reference, sections 1.9 and 6.2); `file://` URLs are an addition of ours. */
export interface GitStateStore {
  readonly kind: 'GitStateStore';
  readonly name: string;
  readonly path: string;
  readonly url: string;
  readonly branch: string;
  /** Documents arrive on a branch of their own, to be merged by people; also where a Destination asks for it. */
  readonly proposals?: boolean;
  readonly authMethod: 'basicAuth' | 'ssh' | 'githubApp';
  readonly secretRef?: SecretReference;
  readonly gitAuthor: { readonly name: string; readonly email: string };
}

/** A plain directory of the worker's machine: an extension of ours, for trying out and for tests. */
export interface DirectoryStateStore {
  readonly kind: 'DirectoryStateStore';
  readonly name: string;
  /** Absolute; made when it is missing. */
  readonly path: string;
}

export type StateStore = BucketStateStore | GitStateStore | DirectoryStateStore;

export function storeReference(store: StateStore): StateStoreReference {
  return { kind: store.kind, name: store.name };
}
