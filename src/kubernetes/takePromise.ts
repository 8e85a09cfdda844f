import type { PreparedPromise } from '../../activities/admission/prepare.js';
import { handOverPromise, preparePromise } from '../../activities/admission/prepare.js';
import { definitions, platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { makeObject } from '../../activities/kubernetes/projection/makeObject.js';
import { conditionOf } from '../../activities/kubernetes/projection/statusConditions.js';
import {
  isCurrent,
  isEstablished,
  promiseApi,
  promiseLabel,
} from '../../activities/kubernetes/projection/promiseApi.js';
import type { EntityStatus } from '../domain/entity.js';
import { Failure } from '../domain/failure.js';
import { promiseId } from '../domain/ids.js';
import { isSameSettings } from '../domain/plan.js';
import type { ControllerContext } from './controllerContext.js';
import { isOf, refusalOf, shownAs } from './controllerContext.js';
import { remembered } from './lostEntity.js';
import { tellNewLabels } from './newLabels.js';
import { isSameWish } from './sameWish.js';
import { promiseDocument } from './storedDocument.js';
import type { Taken } from './taken.js';
import { wishDocument } from './wishDocument.js';

const resource = platformResources.promises;

/** Checks the object and hands it over, unless its entity has exactly this document. */
export async function takePromise(
  context: ControllerContext,
  object: ClusterObject,
  status: EntityStatus | undefined,
  reported: boolean,
): Promise<Taken> {
  await tellNewLabels(context, promiseId(object.metadata.name), object, promiseDocument(object), status);
  try {
    const prepared = await preparePromise(context, wishDocument(resource, object));
    const { digest } = prepared.plan;
    await ensureApi(context, prepared);
    const taken = status !== undefined && isOf(context, object, status) && hasSettings(prepared);
    if (taken && (await isSameWish(context.artifacts, status.document, digest))) return { document: status.document };
    // Whoever finds the Promise available asks for its kind at once; the definition's own news wakes the Promise again.
    if (!isServed(context, prepared)) return notServed(context, prepared);
    // The entity waits for the end of its own report: what is new is told it afterwards.
    if (reported) context.wake.promise(object.metadata.name);
    else {
      const { name: promise, plan } = prepared;
      const { paused = false } = prepared.commands;
      const known = await remembered(context, object, status);
      const wish = { plan, commands: { paused }, ...shownAs(context, object), ...known };
      await handOverPromise(context.entities, promise, wish);
    }
    return { document: digest };
  } catch (thrown) {
    return { refusal: refusalOf(thrown) };
  }
}

/** The platform's configuration is part of the plan and not of the document. */
function hasSettings({ before, plan }: PreparedPromise): boolean {
  return before === undefined || isSameSettings(before.newest, plan);
}

function isServed({ definitions }: ControllerContext, { promise: { spec } }: PreparedPromise): boolean {
  if (spec.api === undefined) return true;
  const definition = definitions.get(spec.api.metadata.name);
  const names = conditionOf(definition?.status, 'NamesAccepted');
  if (names?.status === 'False') throw new Failure('Refused', `spec.api: ${names.message}`, false);
  // One that goes stays established, and takes no new requests.
  return definition !== undefined && !isDeleting(definition) && isEstablished(definition);
}

/** A definition that is new is served in a moment; one that goes may be held by others for long. */
function notServed({ definitions }: ControllerContext, { promise: { spec } }: PreparedPromise): Taken {
  const name = spec.api?.metadata.name ?? '';
  const definition = definitions.get(name);
  if (definition === undefined || !isDeleting(definition)) return {};
  return { waits: `waiting for CustomResourceDefinition ${name}, which is being deleted` };
}

/** The API's definition stands before anybody hears of the Promise (reference, section 3.2). */
async function ensureApi(context: ControllerContext, { name, promise }: PreparedPromise): Promise<void> {
  const { api } = promise.spec;
  if (api === undefined) return;
  const { group, names } = api.spec;
  const found = context.definitions.get(api.metadata.name);
  const labelled = found?.metadata.labels?.[promiseLabel];
  // Of two that came together the later has labelled it, and the earlier may have claimed it: a claim counts.
  const rival = labelled === name ? name : ((await context.entities.findPromise(group, names.kind)) ?? labelled);
  if (rival !== undefined && rival !== name) {
    const message = `Promise ${name}: spec.api: ${names.kind} (${group}) is already the API of Promise ${rival}`;
    throw new Failure('Refused', message, false);
  }
  const wanted = promiseApi(name, api);
  if (isCurrent(found, wanted)) return;
  await makeObject(context.cluster, definitions, context.definitions, wanted);
}
