/** Every export is a workflow type that can be started by this name; the default one is for every other name. */
export {
  bindResource,
  configureResource,
  deletePromise,
  deleteResource,
  deregisterDestination,
  deregisterStateStore,
  installPromise,
  registerDestination,
  registerStateStore,
} from './operations.js';
export { unknownOperation as default } from './unknownOperation.js';
export { repair } from './repair.js';
export { sweepArtifacts } from './sweep.js';
export { destinations } from './entities/destinations.js';
export { promise } from './entities/promise.js';
export { promises } from './entities/promises.js';
export { resource } from './entities/resource.js';
export { configureRun } from './runs/configureRun.js';
export { deleteRun, withdrawRun } from './runs/deleteRun.js';
export { placeRun, repairRun } from './runs/placeRun.js';
