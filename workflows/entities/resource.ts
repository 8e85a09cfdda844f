import { defineSignal, patched, setHandler } from '@temporalio/workflow';
import type { EntityStatus } from '../../src/domain/entity.js';
import { promiseId } from '../../src/domain/ids.js';
import type { ApplyResource, Bind, DestinationsChanged, PromiseChanged, Relabelled, Remove } from '../messages.js';
import { signals } from '../messages.js';
import { addWaiter, send } from '../waiters.js';
import { handleCommon } from './commonHandlers.js';
import { dropNext, settleAmongLiving, settleAtOnce, takeLeave } from './answers.js';
import { compare, tellHeldUp } from './comparison.js';
import { awaitNews, nextDue, obey } from './control.js';
import { hearChanges, historyIsLong, isGone, relabel, renew, showAgain } from './entity.js';
import { noRun, relabelRun, supersede, waitsForRun } from './entityRun.js';
import { projection } from './projection.js';
import { isAwaiting, showAwaiting } from './heldBack.js';
import type { ResourceInput, ResourceState } from './resourceState.js';
import { acceptBinding, acceptPromise, acceptWish, isStoredAnew, newResourceState, postpone } from './resourceState.js';
import { nextOrder, perform } from './resourceRun.js';
import { statusOf } from './resourceView.js';

/** Keeps one Resource for as long as it is wanted: one run at a time, the newest wish next. */
export async function resource(input: ResourceInput): Promise<EntityStatus> {
  // What code before this one did not know of begins as in a new object.
  const state = { ...newResourceState(), ...input.state };
  const current = noRun();
  let stirred = true;
  const stir = () => {
    stirred = true;
  };
  showAgain(state);

  setHandler(defineSignal<[ApplyResource]>(signals.apply), async (wish) => {
    stir();
    if (state.deleting) postpone(state, wish);
    const isNew = !state.deleting && acceptWish(state, wish);
    if (isNew) await supersede(current);
    else if (state.document !== current.document) await relabelRun(current, state.document);
    await obey(state, current, wish.commands);
    if (!isNew) await settleAtOnce(state, current);
  });
  setHandler(defineSignal<[Relabelled]>(signals.relabelled), async (news) => {
    stir();
    if (relabel(state, news)) await relabelRun(current, news.document);
  });
  setHandler(defineSignal<[Remove]>(signals.remove), async ({ ticket }) => {
    stir();
    if (ticket !== undefined) state.waiters = addWaiter(state.waiters, { ...ticket, wants: 'remove', changed: true });
    if (state.deleting) {
      if (ticket !== undefined) dropNext(state);
      if (state.phase === 'Failed') state.again = true;
      return;
    }
    state.deleting = true;
    state.phase = 'Deleting';
    if (current.running) state.message = waitsForRun;
    await supersede(current);
  });
  setHandler(defineSignal<[Bind]>(signals.bind), async (wish) => {
    stir();
    acceptBinding(state, wish);
    await settleAtOnce(state, current);
  });
  setHandler(defineSignal<[PromiseChanged]>(signals.promiseChanged), async (news) => {
    stir();
    const atOnce = isStoredAnew(state, news);
    const outdated = acceptPromise(state, input.promise, news);
    if (outdated && (!state.deleting || (atOnce && patched('stored-anew')))) await supersede(current, { atOnce });
  });
  setHandler(defineSignal<[DestinationsChanged]>(signals.destinationsChanged), ({ changes }) => {
    stir();
    hearChanges(state, current.running, changes);
  });
  const { project, isShown } = projection(state, () => statusOf(input, state), input.isShown);
  handleCommon({
    ...{ state, stir, project },
    statusOf: () => statusOf(input, state),
    obey: (commands) => obey(state, current, commands),
  });

  for (;;) {
    await awaitNews(state, () => stirred, nextDue(state, state.plan, 'resource'));
    stirred = false;
    await adopt(input, state);
    await compare(state);
    const order = nextOrder(input, state);
    if (order !== undefined) await perform(state, current, order, project);
    else await tellHeldUp(state);
    await reportBlocked(input, state);
    if (isAwaiting(state)) showAwaiting(input, state);
    if (!state.rebinding || isAwaiting(state) || state.deleting) await settleAmongLiving(state);
    await project();
    if (isGone(state)) break;
    if (order !== undefined || historyIsLong())
      await renew<ResourceInput>(() => ({ ...input, state, isShown: isShown() }));
  }
  await send(promiseId(input.promise), signals.released, { namespace: input.namespace, name: input.name });
  await takeLeave(state);
  if (state.next !== undefined) {
    const anew = { ...newResourceState(), waiters: state.nextWaiters };
    acceptWish(anew, state.next);
    anew.paused = state.next.commands.paused ?? false;
    await renew<ResourceInput>(() => ({ ...input, state: anew, isShown: false }));
  }
  return statusOf(input, state);
}

/** Makes the resource known to its Promise, which then tells it of every change; without a Promise it must go. */
async function adopt(input: ResourceInput, state: ResourceState): Promise<void> {
  if (state.adopted || state.plan === undefined) return;
  const { namespace, name } = input;
  const { version } = state.binding;
  const known = await send(promiseId(input.promise), signals.adopt, {
    namespace,
    name,
    planGeneration: state.promiseAvailable && !state.rebinding ? state.plan.generation : 0,
    version,
  });
  // Who bound it to another meanwhile has to be heard of as well.
  state.adopted = state.binding.version === version || !patched('bound-while-told');
  if (!known) state.deleting = true;
}

/** A Promise that is being deleted has to know which resource holds it up. */
async function reportBlocked({ promise, namespace, name }: ResourceInput, state: ResourceState): Promise<void> {
  if (!state.deleting || state.phase !== 'Failed') return;
  await send(promiseId(promise), signals.released, { namespace, name, blocked: state.message });
}
