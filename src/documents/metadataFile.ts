import type { Checked } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { readDocuments } from './readDocuments.js';

/** The one object of a file below /kratix/metadata; an empty file is an empty object. */
export function readMetadataFile(text: string, document: string): Checked<Record<string, unknown>> {
  const { documents, problems } = readDocuments(text, document);
  if (problems.length > 0) return refused(...problems);
  if (documents.length <= 1) return accepted(documents[0]?.value ?? {});
  return refused({ document, field: '', message: `expected one document, found ${documents.length}` });
}
