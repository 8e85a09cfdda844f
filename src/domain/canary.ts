import type { Destination } from './destination.js';
import { joinStorePath } from './storePath.js';

/** The two documents that show an agent reads the store (reference, section 6.4); text and paths are Kratix's. */
export function canaryDocuments(destination: Destination): readonly { readonly path: string; readonly text: string }[] {
  const nested = destination.layout.mode === 'nestedByMetadata';
  return [
    {
      path: joinStorePath(destination.path, nested ? 'dependencies' : '', 'kratix-canary-namespace.yaml'),
      text: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kratix-worker-system\nspec: {}\nstatus: {}\n',
    },
    {
      path: joinStorePath(destination.path, nested ? 'resources' : '', 'kratix-canary-configmap.yaml'),
      text:
        'apiVersion: v1\ndata:\n  canary: this confirms your infrastructure is reading from Kratix state stores\n' +
        'kind: ConfigMap\nmetadata:\n  name: kratix-info\n  namespace: kratix-worker-system\n',
    },
  ];
}
