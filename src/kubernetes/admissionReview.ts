import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { Failure } from '../domain/failure.js';
import type { AdmissionParts } from './admissionChecks.js';
import { admissionChecks } from './admissionChecks.js';
import { wishDocument } from './wishDocument.js';

const Named = z.looseObject({ metadata: z.looseObject({ name: z.string().default('') }) });

/** What we read of admission.k8s.io/v1. */
const Review = z.object({
  request: z.object({
    uid: z.string(),
    operation: z.string(),
    kind: z.object({ kind: z.string() }),
    object: Named.nullish(),
    oldObject: Named.nullish(),
  }),
});

export interface Verdict {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { readonly code: number; readonly message: string };
    readonly warnings?: readonly string[];
  };
}

/** Answers the API server's question; throws where there is no answer, and the failure policy decides. */
export async function review(parts: AdmissionParts, body: unknown): Promise<Verdict> {
  const { request } = Review.parse(body);
  const { uid, kind } = request;
  const resource = Object.values(platformResources).find((each) => each.kind === kind.kind);
  const check = admissionChecks[kind.kind];
  const object = request.object as ClusterObject | null | undefined;
  const before = request.oldObject as ClusterObject | null | undefined;
  if (resource === undefined || check === undefined || !object || isDeleting(object))
    return verdict({ uid, allowed: true });
  const document = wishDocument(resource, object);
  // A finalizer that comes or goes must not be held up by what was wrong before.
  if (before && isDeepStrictEqual(document, wishDocument(resource, before))) return verdict({ uid, allowed: true });
  try {
    return verdict({ uid, allowed: true, warnings: await check(parts, document, !before) });
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.retryable) throw thrown;
    return verdict({ uid, allowed: false, status: { code: 422, message: thrown.message } });
  }
}

function verdict(response: Verdict['response']): Verdict {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}
