import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import type { Document } from '../../platform/documents.js';
import { pipeline, stage } from '../../platform/documents.js';

const render = stage(
  'render',
  `env=$(sed -n 's/^  env: *//p' /kratix/input/object.yaml)
printf 'apiVersion: jenkins.io/v1alpha2\\nkind: Jenkins\\nmetadata: { name: example, namespace: default }\\nspec: { env: %s }\\n' "$env" >/kratix/output/jenkins.yaml
echo "message: renders $env
url: http://example" >/kratix/metadata/status.yaml`,
);

export interface PromiseDocument extends Document {
  readonly spec: Document & { readonly dependencies: readonly { readonly kind: string }[] };
}

/** The tutorial's Promise with stages that need no image of their own. */
export async function jenkinsPromise(): Promise<PromiseDocument> {
  const promise = load(await readFile('deploy/samples/jenkins/promise.yaml', 'utf8')) as PromiseDocument;
  const resource = {
    configure: [pipeline('instance-configure', [render])],
    delete: [pipeline('instance-delete', [stage('say-goodbye', 'echo goodbye')])],
  };
  return { ...promise, spec: { ...promise.spec, workflows: { resource } } };
}

export function jenkinsRequest(name: string, env = 'dev'): Document {
  return {
    apiVersion: 'marketplace.kratix.io/v1alpha1',
    kind: 'jenkins',
    metadata: { name, namespace: 'default' },
    spec: { env },
  };
}
