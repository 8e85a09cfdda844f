import type { ControllerContext } from './controllerContext.js';
import type { ServedApi } from './servedApis.js';
import { untilSynced } from './untilSynced.js';

/** A Promise's API, once its requests are listed: until then it looks as if it had none. Nothing where there is no API. */
export async function listedApi({ apis }: ControllerContext, promise: string): Promise<ServedApi | undefined> {
  const api = apis.ofPromise(promise);
  if (api !== undefined) await untilSynced(api.requests);
  return api;
}
