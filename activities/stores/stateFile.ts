import { dump, load } from 'js-yaml';
import { Failure, reason } from '../../src/domain/failure.js';
import { escapes, joinStorePath } from '../../src/domain/storePath.js';

/** The list of what one placement wrote in mode none, paths relative to the store's path (reference, section 6.4). */
export function stateFileText(files: readonly string[]): string {
  return dump({ files: [...files].sort() }, { lineWidth: -1, seqNoIndent: true });
}

/** Nothing outside `directory` may be listed: a tampered list must not remove what belongs to somebody else. */
export function readStateFile(path: string, text: string, directory: string): readonly string[] {
  return parsed(path, text).map((file) => {
    const clean = joinStorePath(file);
    const inside = directory === '' || clean.startsWith(`${directory}/`);
    if (clean === '' || escapes(file) || !inside) {
      throw new Failure(
        'PathEscape',
        `state file "${path}" lists "${file}", which is not below "${directory || '.'}"`,
        false,
      );
    }
    return clean;
  });
}

function parsed(path: string, text: string): readonly string[] {
  if (text.trim() === '') return [];
  const files = filesOf(path, text);
  if (files === undefined || files === null) return [];
  if (Array.isArray(files) && files.every((file): file is string => typeof file === 'string')) return files;
  throw new Failure('StateFileInvalid', `state file "${path}": files is not a list of paths; mend or remove it`, false);
}

function filesOf(path: string, text: string): unknown {
  try {
    const document: unknown = load(text);
    if (typeof document === 'object' && document !== null && 'files' in document) return document.files;
    return document === null || document === undefined ? undefined : 'no list';
  } catch (thrown) {
    throw new Failure(
      'StateFileInvalid',
      `state file "${path}" is no YAML: ${reason(thrown)}; mend or remove it`,
      false,
    );
  }
}
