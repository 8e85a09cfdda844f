import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import { Failure, reason } from '../../src/domain/failure.js';
import type { Registry } from '../../src/domain/registry.js';
import { storeOf, wantsProposals } from '../../src/domain/registry.js';
import type { StoreLook } from '../../src/domain/storeLook.js';
import { isStoreTrouble } from '../../src/domain/storeTrouble.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import type { VerifyScope } from '../../src/domain/run.js';
import type { Work } from '../../src/domain/work.js';
import type { StoreJob } from '../../src/domain/works.js';
import { storeJobs as jobsOf } from '../../src/domain/works.js';
import type { EntityClient } from '../entityClient.js';
import { canaryChange } from './canaryChange.js';
import { clearChange } from './clearChange.js';
import type { StoreChangeDependencies, WriteStore } from './storeChanges.js';
import { storeChanges } from './storeChanges.js';
import { verifiedChange } from './verifiedChange.js';
import type { StoreRevision, StoreWriter } from './storeWriter.js';

export interface StoreJobDependencies extends StoreChangeDependencies {
  readonly entities: StoreChangeDependencies['entities'] & Pick<EntityClient, 'storeTrouble'>;
  readonly writerFor: (store: StateStore) => StoreWriter;
  /** How often a store is looked at that is well. */
  readonly recheckMillis: number;
}

/** What an entity believes to be in the stores, and which of them is in question. */
export interface CompareStores extends Omit<WriteStore, 'job'> {
  readonly works: readonly Work[];
  readonly scope: VerifyScope;
}

/** Documents for people to merge. */
export interface Proposal extends WriteStore {
  readonly branch: string;
}

export interface WrittenStore extends StoreRevision {
  /** Paths that a repair found different from what was written. */
  readonly drifted?: readonly string[];
  /** What people should know although everything is written. */
  readonly remark?: string;
}

/** What is done to a Destination as such; the entity that keeps both names the store, so that nobody asks it back. */
export interface DestinationJob {
  readonly destination: Destination;
  readonly store: StateStore;
}

/** The store activities' work: from what runs and Destinations want to changes of a state store. */
export function storeJobs({ artifacts, entities, writerFor, recheckMillis }: StoreJobDependencies) {
  const { changeFor } = storeChanges({ artifacts, entities });
  /** Stores that this worker has written since it last looked at them. */
  const written = new Set<string>();

  function writerOf(registry: Registry, reference: StoreJob['store']): StoreWriter {
    const registered = storeOf(registry, reference);
    if (registered !== undefined) return writerFor(registered.store);
    const message = `${storeKey(reference)} is not registered; the documents wait for it`;
    throw new Failure('StateStoreNotFound', message, true);
  }

  /**
   * A store that fails makes its Destinations NotReady now; the write itself is tried again. Of documents that are
   * refused the run decides: who removes some tries until they are taken (`workflows/options.ts`).
   */
  async function reportingTrouble<T>(store: StoreJob['store'], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown;
      const isTrouble = isStoreTrouble(thrown.type);
      if (isTrouble) await entities.storeTrouble({ store: storeKey(store), message: reason(thrown) });
      if (!isTrouble && thrown.type !== 'DocumentRefused') throw thrown;
      // A refused credential is mended by the platform team: no reason to fail whoever asked for a resource.
      throw new Failure(thrown.type, thrown.message, true, { cause: thrown });
    }
  }

  /** What is merged is written, whoever may delete its branch: the line for people when that is not us. */
  async function takeAway(writer: StoreWriter, branch: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      await writer.withdraw(branch, signal);
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.retryable) throw thrown;
      return `branch ${branch} is merged and cannot be deleted: ${reason(thrown)}`;
    }
  }

  return {
    async writeStore(wish: WriteStore, signal: AbortSignal): Promise<WrittenStore> {
      const { job } = wish;
      const registry = await entities.registry();
      const writer = writerOf(registry, job.store);
      const change = await changeFor(wish, registry);
      written.add(storeKey(job.store));
      return reportingTrouble(job.store, async () => {
        if (job.verify !== true) return writer.apply([change], signal);
        const { verified, drifted } = verifiedChange(change);
        return { ...(await writer.apply([verified], signal)), drifted: drifted() };
      });
    },

    /** Whether a store lacks, or holds differently, anything that these Works say is there. */
    async compareStores(
      { run, title, works, scope }: CompareStores,
      signal: AbortSignal,
    ): Promise<{ differs: boolean }> {
      const registry = await entities.registry();
      for (const job of jobsOf(works, [], scope)) {
        const writer = writerOf(registry, job.store);
        const change = await changeFor({ run, title, job }, registry);
        const revision = await reportingTrouble(job.store, () => writer.holds([change], signal));
        if (revision === undefined) return { differs: true };
      }
      return { differs: false };
    },

    async proposeStore({ branch, ...wish }: Proposal, signal: AbortSignal): Promise<StoreRevision> {
      const registry = await entities.registry();
      const writer = writerOf(registry, wish.job.store);
      const change = await changeFor(wish, registry);
      return reportingTrouble(wish.job.store, () => writer.propose([change], branch, signal));
    },

    /** Succeeds when the target branch has the documents: merged, squashed or written by hand, all count. */
    async awaitMerge({ branch, ...wish }: Proposal, signal: AbortSignal): Promise<WrittenStore> {
      const { store } = wish.job;
      const registry = await entities.registry();
      const writer = writerOf(registry, store);
      const change = await changeFor(wish, registry);
      const revision = await reportingTrouble(store, () => writer.holds([change], signal));
      if (revision === undefined) throw new Failure('NotMerged', `branch ${branch} is not merged yet`, true);
      const remark = await reportingTrouble(store, () => takeAway(writer, branch, signal));
      return { revision, changed: true, remark };
    },

    async withdrawProposal(
      { store, branch }: Pick<Proposal, 'branch'> & Pick<StoreJob, 'store'>,
      signal: AbortSignal,
    ): Promise<void> {
      await writerOf(await entities.registry(), store).withdraw(branch, signal);
    },

    async lookAtStore({ store }: { readonly store: StateStore }, signal: AbortSignal): Promise<StoreLook> {
      const writer = writerFor(store);
      await writer.probe(signal);
      const fingerprint = await writer.fingerprint(signal);
      const own = fingerprint === writer.lastWritten();
      return { fingerprint, recheckMillis, own, written: written.delete(storeKey(store)) };
    },

    async writeCanaries({ destination, store }: DestinationJob, signal: AbortSignal): Promise<StoreRevision> {
      // People would have to merge test documents too: that the store can be written has to do.
      if (wantsProposals(destination, store)) return { revision: '', changed: false };
      return writerFor(store).apply([canaryChange(destination)], signal);
    },

    async clearDestination(
      { destination, store }: Pick<DestinationJob, 'destination'> & Partial<DestinationJob>,
      signal: AbortSignal,
    ): Promise<void> {
      const writer =
        store === undefined ? writerOf(await entities.registry(), destination.stateStore) : writerFor(store);
      await writer.apply([clearChange(destination)], signal);
    },
  };
}
