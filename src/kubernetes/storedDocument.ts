import { storedPromise, storedRequest } from '../../activities/admission/prepare.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { PromiseDocument } from '../documents/promise.js';
import { checkPromise } from '../documents/promise.js';
import type { ResourceRequest } from '../documents/request.js';
import { checkRequest } from '../documents/request.js';
import { wishDocument } from './wishDocument.js';

/** What is stored of a Promise's object as it is now; undefined when it cannot be taken. */
export function promiseDocument(object: ClusterObject): PromiseDocument | undefined {
  const checked = checkPromise(wishDocument(platformResources.promises, object), object.metadata.name);
  return checked.ok ? storedPromise(checked.value) : undefined;
}

/** The same of a request's; what its Promise's API asks for is not looked at. */
export function requestDocument(resource: ApiResource, object: ClusterObject): ResourceRequest | undefined {
  const checked = checkRequest(wishDocument(resource, object), '');
  return checked.ok ? storedRequest(checked.value) : undefined;
}
