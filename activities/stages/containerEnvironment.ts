import { hostname } from 'node:os';
import type { Container } from '../../src/documents/container.js';
import { Failure } from '../../src/domain/failure.js';
import { systemNamespace } from '../../src/domain/layout.js';
import type { StageTask } from '../../src/domain/stageTask.js';
import type { SecretSource } from '../secrets/secretSource.js';
import { noValues } from '../secrets/secretSource.js';
import { kratixEnvironment } from './environment.js';

export interface ValueSources {
  readonly secrets: SecretSource;
  readonly configMaps: SecretSource;
}

type EnvVar = NonNullable<Container['env']>[number];
type EnvFrom = NonNullable<Container['envFrom']>[number];

/** Kratix's variables, then those of envFrom, then those of env: later ones win (reference, section 2.2). */
export async function containerEnvironment(
  task: StageTask,
  container: Container,
  namespace: string,
  sources: ValueSources,
): Promise<Record<string, string>> {
  const environment = kratixEnvironment(task);
  for (const source of container.envFrom ?? []) Object.assign(environment, await allOf(source, namespace, sources));
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom === undefined ? variable.value : await valueOf(variable, task, namespace, sources);
    if (value !== undefined) environment[variable.name] = expand(value, environment);
  }
  return environment;
}

/** Namespace in which a pipeline's secrets and configuration are looked up (reference, section 2.3). */
export function pipelineNamespace(task: StageTask, configured: string | undefined): string {
  return configured ?? (task.owner.type === 'promise' ? systemNamespace : task.owner.namespace);
}

async function allOf(source: EnvFrom, namespace: string, sources: ValueSources): Promise<Record<string, string>> {
  const { prefix = '', secretRef, configMapRef } = source;
  const reference = secretRef ?? configMapRef;
  if (reference === undefined) return {};
  const read = secretRef === undefined ? sources.configMaps : sources.secrets;
  const values = await read({ namespace, name: reference.name }).catch((error: unknown) => {
    if (reference.optional === true) return noValues;
    throw error;
  });
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]));
}

async function valueOf(
  variable: EnvVar,
  task: StageTask,
  namespace: string,
  sources: ValueSources,
): Promise<string | undefined> {
  const { secretKeyRef, configMapKeyRef, fieldRef } = variable.valueFrom ?? {};
  if (secretKeyRef !== undefined) return keyOf('Secret', sources.secrets, secretKeyRef, namespace);
  if (configMapKeyRef !== undefined) return keyOf('ConfigMap', sources.configMaps, configMapKeyRef, namespace);
  const field = fieldRef === undefined ? undefined : fieldsOf(task, namespace)[fieldRef.fieldPath];
  if (field !== undefined) return field;
  const asked = fieldRef === undefined ? 'resourceFieldRef' : `fieldRef ${fieldRef.fieldPath}`;
  const message = `stage "${task.stage}": env ${variable.name}: ${asked} exists in Kubernetes only`;
  throw new Failure('StageRefused', message, false);
}

async function keyOf(
  kind: string,
  read: SecretSource,
  reference: { readonly name: string; readonly key: string; readonly optional?: boolean | undefined },
  namespace: string,
): Promise<string | undefined> {
  const { name, key, optional = false } = reference;
  const values = await read({ namespace, name }).catch((error: unknown) => {
    if (optional) return noValues;
    throw error;
  });
  if (values[key] !== undefined || optional) return values[key];
  throw new Failure('SecretNotFound', `${key} not found in ${kind} ${namespace}/${name}`, true);
}

/** What the downward API can say outside Kubernetes. */
function fieldsOf(task: StageTask, namespace: string): Record<string, string> {
  return {
    'metadata.namespace': namespace,
    'metadata.name': task.run.replaceAll('/', '-'),
    'spec.nodeName': hostname(),
  };
}

/** `$(NAME)` of an earlier variable, as Kubernetes expands it; `$$(NAME)` stays `$(NAME)`. */
function expand(value: string, environment: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$)?\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (whole, escaped: string | undefined, name: string) =>
    escaped === undefined ? (environment[name] ?? whole) : whole.slice(1),
  );
}
