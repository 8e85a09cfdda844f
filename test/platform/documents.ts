import { BASE_IMAGE } from '../../src/setup/baseImage.js';

export type Document = Record<string, unknown>;

export interface Workflow {
  readonly configure?: readonly Document[];
  readonly delete?: readonly Document[];
}

export interface PromiseParts {
  /** Labels of spec.destinationSelectors. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly dependencies?: readonly Document[];
  readonly promise?: Workflow;
  readonly resource?: Workflow;
  /** Properties of the API's spec. */
  readonly properties?: Document;
  /** Kind of the API; by default made from the name. */
  readonly kind?: string;
  readonly version?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly requires?: readonly { readonly name: string; readonly version?: string }[];
}

export const group = 'test.fulfil.io';

/** A Promise whose stages are small shell scripts. */
export function promise(name: string, parts: PromiseParts = {}): Document {
  const { selector, dependencies, promise: own, resource, version, annotations, requires } = parts;
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Promise',
    metadata: {
      name,
      ...(version === undefined ? {} : { labels: { 'kratix.io/promise-version': version } }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      api: api(parts.kind ?? kindOf(name), parts.properties ?? { size: { type: 'string' } }),
      ...(selector === undefined ? {} : { destinationSelectors: [{ matchLabels: selector }] }),
      ...(requires === undefined ? {} : { requiredPromises: requires }),
      ...(dependencies === undefined ? {} : { dependencies }),
      workflows: { ...(own === undefined ? {} : { promise: own }), ...(resource === undefined ? {} : { resource }) },
    },
  };
}

/** `my-db` → `MyDb` */
export function kindOf(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_whole, _dash, letter: string) => letter.toUpperCase());
}

export function api(kind: string, properties: Document): Document {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
          },
        },
      ],
    },
  };
}

export interface PipelineParts {
  readonly annotations?: Readonly<Record<string, string>>;
  /** `Never` by default: a failing stage fails at once unless a test is about repeats. */
  readonly restartPolicy?: 'Never' | 'OnFailure';
  readonly backoffLimit?: number;
  readonly volumes?: readonly Document[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

export function pipeline(name: string, containers: readonly Document[], parts: PipelineParts = {}): Document {
  const { annotations, restartPolicy = 'Never', backoffLimit, volumes, nodeSelector } = parts;
  const jobOptions = backoffLimit === undefined ? undefined : { backoffLimit };
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Pipeline',
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      containers,
      restartPolicy,
      ...(jobOptions && { jobOptions }),
      ...(volumes && { volumes }),
      ...(nodeSelector && { nodeSelector }),
    },
  };
}

/** A stage that runs a script of the base image's shell; `set -eu` is on. */
export function stage(name: string, script: string, changes: Document = {}): Document {
  return { name, image: BASE_IMAGE, command: ['sh', '-c', `set -eu\n${script}`], ...changes };
}

/** A stage that writes the request's spec.size as a document. */
export function echoStage(name = 'echo'): Document {
  return stage(name, `size=$(sed -n 's/^  size: *//p' /kratix/input/object.yaml)\n${writeConfigMap('out', '$size')}`);
}

/** Script that writes a ConfigMap; `text` is expanded by the shell. */
export function writeConfigMap(name: string, text: string, directory = '.'): string {
  return `mkdir -p /kratix/output/${directory}
cat >/kratix/output/${directory}/${name}.yaml <<YAML
${configMapText(name, text)}YAML
`;
}

export function configMapText(name: string, text: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  text: ${text}\n`;
}

export function configMap(name: string): Document {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { text: name } };
}

export function request(promiseName: string, name: string, spec: Document = {}, changes: Document = {}): Document {
  return {
    apiVersion: `${group}/v1`,
    kind: kindOf(promiseName),
    metadata: { name, namespace: 'default' },
    spec,
    ...changes,
  };
}

export function destination(name: string, labels: Readonly<Record<string, string>>, spec: Document = {}): Document {
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Destination',
    metadata: { name, labels },
    spec: { path: name, stateStoreRef: { name: 'default', kind: 'DirectoryStateStore' }, ...spec },
  };
}

export function directoryStore(path: string, name = 'default'): Document {
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'DirectoryStateStore',
    metadata: { name },
    spec: { path },
  };
}
