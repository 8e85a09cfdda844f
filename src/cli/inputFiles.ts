import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SourcedDocument } from '../documents/readDocuments.js';
import { readDocuments } from '../documents/readDocuments.js';
import type { Checked, Problem } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';

const endings = ['.yaml', '.yml', '.json'];

/** Every document of a file, of a directory's files (not deeper, by name, as kubectl does) or of standard input (`-`). */
export async function readInput(paths: readonly string[]): Promise<Checked<SourcedDocument[]>> {
  const documents: SourcedDocument[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    for (const source of await sourcesOf(path)) {
      const read = await textOf(source);
      if (!read.ok) {
        problems.push(...read.problems);
        continue;
      }
      const found = readDocuments(read.value, source === '-' ? 'standard input' : source);
      documents.push(...found.documents);
      problems.push(...found.problems);
    }
  }
  if (problems.length === 0 && documents.length === 0) {
    problems.push({ document: paths.join(', '), field: '', message: 'expected at least one document, found none' });
  }
  return problems.length > 0 ? refused(...problems) : accepted(documents);
}

async function sourcesOf(path: string): Promise<string[]> {
  const directory = path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (!directory) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .toSorted()
    .map((name) => join(path, name));
}

async function textOf(source: string): Promise<Checked<string>> {
  try {
    return accepted(source === '-' ? await text(process.stdin) : await readFile(source, 'utf8'));
  } catch (error) {
    const found = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return refused({ document: source, field: '', message: `expected a file that can be read, found ${found}` });
  }
}
