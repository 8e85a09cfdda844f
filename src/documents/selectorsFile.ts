import { z } from 'zod';
import type { LabelExpression, Labels } from '../domain/labels.js';
import type { Checked, Problem } from '../domain/problem.js';
import { accepted, describeProblem, refused } from '../domain/problem.js';
import { describeValue } from './describeValue.js';
import { maybe } from './fields.js';
import { LabelMap } from './metadata.js';
import { parseYaml } from './readDocuments.js';
import { LabelExpression as Expression } from './selector.js';
import { checkShape } from './shapeProblems.js';
import { unknownFields } from './unknownFields.js';

/** One entry of a pipeline's destination-selectors.yaml; `directory` is `.` or a first-level directory of its output. */
export interface DirectorySelector {
  readonly directory: string;
  readonly matchLabels: Labels;
  readonly matchExpressions?: readonly LabelExpression[];
}

const document = '/kratix/metadata/destination-selectors.yaml';
const invalid = 'invalid destination-selectors.yaml:';

/** Kratix's reader takes `pci: true` for the text `true`; a number too. */
const LooseLabels = z.preprocess((labels) => {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return labels;
  const scalar = (value: unknown) => (typeof value === 'boolean' || typeof value === 'number' ? String(value) : value);
  return Object.fromEntries(Object.entries(labels).map(([key, value]: [string, unknown]) => [key, scalar(value)]));
}, maybe(LabelMap));

const Entry = z.object({
  directory: maybe(z.string()),
  matchLabels: LooseLabels,
  matchExpressions: maybe(z.array(Expression)),
});

/** Reads what a pipeline asks of Destinations (reference, section 2.8), refused in Kratix's words. */
export function readSelectorsFile(text: string): Checked<DirectorySelector[]> {
  const parsed = parseYaml(text);
  if (!parsed.ok) return refused({ document, field: '', message: `${invalid} ${parsed.message}` });
  const [value = [], second] = parsed.values.filter((entry) => entry !== null);
  if (second !== undefined) {
    return refused({ document, field: '', message: `${invalid} expected one document, found ${parsed.values.length}` });
  }
  if (!Array.isArray(value)) {
    return refused({ document, field: '', message: `${invalid} expected a list, found ${describeValue(value)}` });
  }
  const shape = checkShape(z.array(Entry), value, document);
  if (!shape.ok) return refused(...shape.problems.map(asInvalid));
  const selectors = shape.value.map(({ directory = '', matchLabels = {}, matchExpressions = [] }) => ({
    directory: cleanPath(directory),
    matchLabels,
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  }));
  const problems = selectorProblems(selectors);
  if (problems.length > 0) return refused(...problems);
  const remarks = (value as object[]).flatMap((entry, index) => unknownFields(document, Entry.shape, entry, [index]));
  return accepted(selectors, remarks);
}

function asInvalid(problem: Problem): Problem {
  return { document, field: '', message: `${invalid} ${describeProblem({ ...problem, document: '' })}` };
}

function selectorProblems(selectors: readonly DirectorySelector[]): Problem[] {
  return selectors.flatMap(({ directory, matchLabels, matchExpressions }, index) => {
    const messages: string[] = [];
    if (Object.keys(matchLabels).length === 0 && matchExpressions === undefined) {
      messages.push(`${invalid} entry with index ${index} has no selectors`);
    }
    if (selectors.findIndex((other) => other.directory === directory) !== index) {
      messages.push(`duplicate entries in destination-selectors.yaml: ${directory}`);
    }
    if (directory.includes('/') || directory === '..' || /[\0\\]/.test(directory)) {
      messages.push(`invalid directory in destination-selectors.yaml: ${directory}, sub-directories are not allowed`);
    }
    return messages.map((message) => ({ document, field: '', message }));
  });
}

/** As Go cleans a path: empty is `.`, `foo/` and `./foo` are `foo`. */
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else kept.push(segment);
  }
  const cleaned = kept.join('/');
  if (path.startsWith('/')) return `/${cleaned}`;
  return cleaned === '' ? '.' : cleaned;
}
