import { Failure } from '../../src/domain/failure.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import type { StoreWriter } from './storeWriter.js';

/** For stores that know one state only, and no branches beside it. */
export function noProposals({ kind, name }: StateStore): Pick<StoreWriter, 'propose' | 'withdraw'> {
  const refuse = (): Promise<never> => {
    const message = `${kind}/${name}: has no branches for proposals; only a GitStateStore can wait for people to merge`;
    return Promise.reject(new Failure('ProposalUnsupported', message, false));
  };
  return { propose: refuse, withdraw: refuse };
}
