import { defineQuery, defineSignal, patched, setHandler } from '@temporalio/workflow';
import type { EntityStatus } from '../../src/domain/entity.js';
import { destinationsId, promisesId } from '../../src/domain/ids.js';
import type { Commands } from '../../src/domain/commands.js';
import { latestVersion } from '../../src/domain/revision.js';
import type { Adopt, ApplyPromise, DestinationsChanged, Forget, Recall, Released } from '../messages.js';
import type { Relabelled, Remove, Requirements } from '../messages.js';
import { queries, signals } from '../messages.js';
import { addWaiter, send } from '../waiters.js';
import { hearChanges, historyIsLong, isGone, renew, showAgain } from './entity.js';
import { noRun, relabelRun, supersede, waitsForRun } from './entityRun.js';
import { showDeletion, unblockDeletion } from './promiseDeletion.js';
import { tellResources } from './promiseResources.js';
import type { PromiseInput, PromiseOffer, PromiseState } from './promiseState.js';
import { acceptLabels, acceptWish, newPromiseState, offerOf, postpone, retryDeletion } from './promiseState.js';
import { forgetRevision, recallRevision } from './promiseRevisions.js';
import { nextOrder, perform } from './promiseRun.js';
import { statusOf } from './promiseView.js';
import { handleCommon } from './commonHandlers.js';
import { awaitNews, nextDue, obey } from './control.js';
import { dropNext, settleAmongLiving, settleAtOnce, takeLeave } from './answers.js';
import { compare, tellHeldUp } from './comparison.js';
import { projection } from './projection.js';
import { isServing, noteServing, planFor, tellServing } from './serving.js';

/** Keeps one Promise: its API's revision, its dependencies, and the list of requests that it serves. */
export async function promise(input: PromiseInput): Promise<EntityStatus> {
  // What code before this one did not know of begins as in a new object.
  const state = { ...newPromiseState(), ...input.state };
  const current = noRun();
  let stirred = true;
  const stir = () => {
    stirred = true;
  };
  showAgain(state);

  /** Requests need not wait for the end of a run, which may wait for people for days. */
  async function tellDuringRun(): Promise<void> {
    if (current.running && patched('told-during-runs')) await tellResources(input, state);
  }

  /** Those that wait for what does not get on. */
  async function tellAwaited(): Promise<void> {
    if (state.announce.length > 0 && patched('awaited-told')) await tellResources(input, state);
  }

  async function command({ reconcileResources = false, ...commands }: Commands): Promise<void> {
    const wasPaused = state.paused;
    await obey(state, current, commands);
    // Requests have been held up too (reference, section 2.12).
    if (!reconcileResources && (!wasPaused || state.paused)) return;
    state.rerun = state.resources;
    await tellDuringRun();
  }

  setHandler(defineSignal<[ApplyPromise]>(signals.apply), async (wish) => {
    stir();
    if (state.deleting) postpone(state, wish);
    const isNew = !state.deleting && acceptWish(state, wish);
    if (isNew) await supersede(current);
    else if (state.document !== current.document) await relabelRun(current, state.document);
    await command(wish.commands);
    if (!isNew) await settleAtOnce(state, current);
  });
  setHandler(defineSignal<[Relabelled]>(signals.relabelled), async (news) => {
    stir();
    if (!acceptLabels(state, news)) return;
    await relabelRun(current, news.document);
    await tellDuringRun();
  });
  setHandler(defineSignal<[Remove]>(signals.remove), async ({ ticket }) => {
    stir();
    if (ticket !== undefined) state.waiters = addWaiter(state.waiters, { ...ticket, wants: 'remove', changed: true });
    if (state.deleting) {
      if (ticket !== undefined) dropNext(state);
      return retryDeletion(state);
    }
    state.deleting = true;
    delete state.failure;
    state.phase = 'Deleting';
    if (current.running) state.message = waitsForRun;
    await supersede(current);
  });
  setHandler(defineSignal<[Adopt]>(signals.adopt), async ({ namespace, name, planGeneration, version }) => {
    const key = `${namespace}/${name}`;
    if (!state.resources.includes(key)) state.resources = [...state.resources, key];
    const { [key]: _before, ...others } = state.bound;
    state.bound = version === latestVersion ? others : { ...others, [key]: version };
    if (planGeneration === planFor(state, key)?.generation && isServing(state) && !state.deleting) return;
    stir();
    state.announce = [...state.announce, key];
    await tellDuringRun();
  });
  setHandler(defineSignal<[Released]>(signals.released), ({ namespace, name, blocked }) => {
    stir();
    const key = `${namespace}/${name}`;
    const { [key]: _known, ...others } = state.blocked;
    state.blocked = blocked === undefined ? others : { ...others, [key]: blocked };
    if (blocked === undefined) {
      state.resources = state.resources.filter((known) => known !== key);
      state.bound = Object.fromEntries(Object.entries(state.bound).filter(([bound]) => bound !== key));
    }
    unblockDeletion(state);
  });
  setHandler(defineSignal<[DestinationsChanged]>(signals.destinationsChanged), async ({ changes }) => {
    stir();
    hearChanges(state, current.running, changes);
    state.changes = changes === undefined || state.changes === 'all' ? 'all' : [...state.changes, ...changes];
    await tellDuringRun();
  });
  setHandler(defineSignal<[Requirements]>(signals.requirements), ({ requirements, requiredBy }) => {
    stir();
    state.requirements = requirements;
    state.requiredBy = requiredBy;
  });
  setHandler(defineSignal<[Recall]>(signals.recall), async ({ plan }) => {
    stir();
    recallRevision(state, plan);
    await tellDuringRun();
  });
  setHandler(defineSignal<[Forget]>(signals.forget), async ({ version }) => {
    stir();
    forgetRevision(state, version);
    await tellDuringRun();
  });
  const { project, isShown } = projection(state, () => statusOf(input, state), input.isShown);
  handleCommon({
    ...{ state, stir, project },
    obey: command,
    statusOf: () => statusOf(input, state),
    progressed: tellAwaited,
  });
  setHandler(defineQuery<PromiseOffer | undefined>(queries.plan), () => offerOf(state));

  for (;;) {
    await awaitNews(state, () => stirred, nextDue(state, state.plan, 'promise'));
    stirred = false;
    noteServing(state);
    await tellServing(input.name, state);
    await tellResources(input, state);
    await compare(state);
    const order = nextOrder(input, state);
    if (order !== undefined) {
      await perform(state, current, order, project);
      // Before the answer, so that who hears it finds the requests informed.
      await tellServing(input.name, state);
      await tellResources(input, state);
    } else {
      if (state.deleting) showDeletion(input.name, state);
      await tellAwaited();
      await tellHeldUp(state);
    }
    await settleAmongLiving(state);
    await project();
    if (isGone(state)) break;
    if (order !== undefined || historyIsLong())
      await renew<PromiseInput>(() => ({ ...input, state, isShown: isShown() }));
  }
  await deregister(input.name);
  // Asked last, with nothing awaited before the end: a wish that comes while the others are told is not lost.
  await takeLeave(state);
  while (state.next !== undefined) {
    await installAnew(input, state, state.next);
    await deregister(input.name);
    await takeLeave(state);
  }
  return statusOf(input, state);
}

async function deregister(promise: string): Promise<void> {
  await Promise.all([
    send(promisesId, signals.release, { promise }),
    send(destinationsId, signals.unsubscribe, { promise }),
  ]);
}

/** Returns only when nobody wants it any more: whoever is told of its return takes time, in which others may ask. */
async function installAnew(input: PromiseInput, state: PromiseState, wish: ApplyPromise): Promise<void> {
  await Promise.all([
    send(promisesId, signals.reclaim, { promise: input.name, api: wish.plan.api }),
    send(destinationsId, signals.subscribe, { promise: input.name }),
  ]);
  if (state.next === undefined && patched('unwanted-again')) return;
  const newest = state.next ?? wish;
  const anew = { ...newPromiseState(), waiters: state.nextWaiters };
  acceptWish(anew, newest);
  anew.paused = newest.commands.paused ?? false;
  await renew<PromiseInput>(() => ({ ...input, state: anew, isShown: false }));
}
