/** One thing that is wrong with one field of one document, said so that its author can mend it. */
export interface Problem {
  /** Where the document came from and which it is, e.g. `promise.yaml: Promise jenkins`. */
  readonly document: string;
  /** Path of the field, e.g. `spec.workflows.resource.configure[0].spec.containers`; empty for the whole document. */
  readonly field: string;
  /** What was expected and what was found. */
  readonly message: string;
}

/** What a check gives: the value it vouches for, or every problem it found. */
export type Checked<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** What its author should know although it is accepted. */
      readonly remarks?: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function accepted<T>(value: T, remarks?: readonly Problem[]): Checked<T> {
  return { ok: true, value, remarks };
}

export function refused<T>(...problems: Problem[]): Checked<T> {
  return { ok: false, problems };
}

/** `promise.yaml: Promise jenkins: spec.api: expected a CustomResourceDefinition, found a string` */
export function describeProblem(problem: Problem): string {
  return [problem.document, problem.field, problem.message].filter((part) => part !== '').join(': ');
}

/** All problems in one line, for failure messages. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(describeProblem).join('; ');
}
