import type { Problem } from '../domain/problem.js';
import { compileVersions } from './compileApi.js';
import { defaultProblems } from './defaultProblems.js';
import { fieldPath } from './fieldPath.js';
import { intervalFault } from './interval.js';
import { intervalAnnotation } from './metadata.js';
import { labelKeyFault, labelValueFault } from './kubernetesNames.js';
import type { Pipeline } from './pipeline.js';
import { pipelineProblems } from './pipelineProblems.js';
import type { PromiseDocument } from './promise.js';

/** What is wrong between fields that are each right by themselves (reference, section 1.1, rules 1, 2 and 4 to 6). */
export function promiseProblems(promise: PromiseDocument, document: string): Problem[] {
  const interval = promise.metadata.annotations?.[intervalAnnotation];
  const fault = interval === undefined ? undefined : intervalFault(interval);
  const field = fieldPath(['metadata', 'annotations', intervalAnnotation]);
  return [
    ...(fault === undefined ? [] : [{ document, field, message: fault }]),
    ...apiProblems(promise, document),
    ...workflows(promise).flatMap((workflow) => workflowProblems(promise.metadata.name, workflow, document)),
  ];
}

function apiProblems({ spec }: PromiseDocument, document: string): readonly Problem[] {
  if (spec.api === undefined) return [];
  const base = ['spec', 'api'];
  const compiled = compileVersions(spec.api, document, base);
  return compiled.ok ? defaultProblems(spec.api, document, base) : compiled.problems;
}

interface Workflow {
  readonly type: string;
  readonly action: string;
  readonly pipelines: readonly Pipeline[];
}

function workflows({ spec }: PromiseDocument): Workflow[] {
  const { promise, resource } = spec.workflows ?? {};
  return [
    { type: 'promise', action: 'configure', pipelines: promise?.configure ?? [] },
    { type: 'promise', action: 'delete', pipelines: promise?.delete ?? [] },
    { type: 'resource', action: 'configure', pipelines: resource?.configure ?? [] },
    { type: 'resource', action: 'delete', pipelines: resource?.delete ?? [] },
  ];
}

function workflowProblems(promise: string, workflow: Workflow, document: string): Problem[] {
  const { type, action, pipelines } = workflow;
  return pipelines.flatMap((pipeline, index) => {
    const path = ['spec', 'workflows', type, action, index];
    const { name } = pipeline.metadata;
    const first = pipelines.findIndex((other) => other.metadata.name === name) === index;
    const namePath = [...path, 'metadata', 'name'];
    return [
      ...labelProblems(pipeline, workflow, [...path, 'metadata', 'labels'], document),
      ...(first
        ? []
        : [problem(namePath, `duplicate pipeline name "${name}" in workflow "${type}" action "${action}"`, document)]),
      ...lengthProblems(`${promise}-${type}-${action}-${name}`, workflow, namePath, document),
      ...pipelineProblems(pipeline, path, document),
    ];
  });
}

function labelProblems(pipeline: Pipeline, { type, action }: Workflow, path: Path, document: string): Problem[] {
  const where = `in workflow "${type}" action "${action}"`;
  return Object.entries(pipeline.metadata.labels ?? {}).flatMap(([key, value]) => {
    const keyFault = labelKeyFault(key);
    const fault = labelValueFault(value);
    const labelPath = [...path, key];
    return [
      ...(keyFault === undefined
        ? []
        : [problem(labelPath, `invalid label key "${key}" ${where}: ${keyFault}`, document)]),
      ...(fault === undefined
        ? []
        : [problem(labelPath, `invalid label value "${value}" for key "${key}" ${where}: ${fault}`, document)]),
    ];
  });
}

/** Kratix's limit: this is the name of what runs the pipeline, and Kubernetes adds to it (section 1.1, rule 6). */
const longestRunner = 60;

function lengthProblems(runner: string, { type, action }: Workflow, path: Path, document: string): Problem[] {
  if (runner.length <= longestRunner) return [];
  const expected = `PROMISE-${type}-${action}-PIPELINE of at most ${longestRunner} characters`;
  return [problem(path, `expected ${expected}, found ${runner.length}: "${runner}"`, document)];
}

type Path = readonly PropertyKey[];

function problem(path: Path, message: string, document: string): Problem {
  return { document, field: fieldPath(path), message };
}
