import { quick } from './options.js';
import type { OperationResult } from './operation.js';
import { operate } from './operation.js';

/** Installs or updates a Promise; ends when it is Available or has failed. */
export async function installPromise(document: unknown): Promise<OperationResult> {
  return operate((ticket) =>
    quick.admitPromise.executeWithOptions({ summary: 'check and hand over' }, [{ document, ticket }]),
  );
}

/** Requests or changes a Resource; ends when its documents are in the state store or it has failed. */
export async function configureResource(document: unknown): Promise<OperationResult> {
  return operate((ticket) =>
    quick.admitResource.executeWithOptions({ summary: 'check and hand over' }, [{ document, ticket }]),
  );
}

/** Binds a Resource to a version of its Promise (a ResourceBinding); ends when it runs with it or that has failed. */
export async function bindResource(document: unknown): Promise<OperationResult> {
  return operate((ticket) =>
    quick.admitBinding.executeWithOptions({ summary: 'check and hand over' }, [{ document, ticket }]),
  );
}

/** Registers a Destination; ends when test documents are in its store. */
export async function registerDestination(document: unknown): Promise<OperationResult> {
  return operate((ticket) =>
    quick.admitDestination.executeWithOptions({ summary: 'check and hand over' }, [{ document, ticket }]),
  );
}

/** Registers a state store; ends when it has proved to be writable. */
export async function registerStateStore(document: unknown): Promise<OperationResult> {
  return operate((ticket) =>
    quick.admitStateStore.executeWithOptions({ summary: 'check and hand over' }, [{ document, ticket }]),
  );
}

/** `{name}`: deletes a Promise with everything that it caused. */
export async function deletePromise(target: unknown): Promise<OperationResult> {
  return operate((ticket) => quick.removePromise.executeWithOptions({ summary: 'hand over' }, [{ target, ticket }]));
}

/** `{apiVersion, kind, namespace, name}`: deletes a Resource and its documents. */
export async function deleteResource(target: unknown): Promise<OperationResult> {
  return operate((ticket) => quick.removeResource.executeWithOptions({ summary: 'hand over' }, [{ target, ticket }]));
}

/** `{name}`: its documents stay or go as its `cleanup` says. */
export async function deregisterDestination(target: unknown): Promise<OperationResult> {
  return operate((ticket) =>
    quick.removeDestination.executeWithOptions({ summary: 'hand over' }, [{ target, ticket }]),
  );
}

/** `{kind, name}`: refused while a Destination uses it. */
export async function deregisterStateStore(target: unknown): Promise<OperationResult> {
  return operate((ticket) => quick.removeStateStore.executeWithOptions({ summary: 'hand over' }, [{ target, ticket }]));
}
