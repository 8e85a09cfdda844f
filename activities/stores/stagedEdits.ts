import { Failure } from '../../src/domain/failure.js';
import { escapes, joinStorePath } from '../../src/domain/storePath.js';
import type { StoreChange, StoreEdit, StoreFile, StoreView } from './storeWriter.js';

/** What a batch wants of a store, all changes together; a path is in one of the two. */
export interface StagedEdits {
  readonly puts: ReadonlyMap<string, StoreFile>;
  readonly removes: ReadonlySet<string>;
  /** The paths of each change, in the order of the changes. */
  readonly paths: readonly ReadonlySet<string>[];
}

/** Asks each change for its edit; a later change sees what earlier ones of the batch will have done. */
export async function stageEdits(base: StoreView, changes: readonly StoreChange[]): Promise<StagedEdits> {
  const puts = new Map<string, StoreFile>();
  const removes = new Set<string>();
  const paths: ReadonlySet<string>[] = [];
  const view = overlay(base, puts, removes);
  for (const change of changes) {
    const edit = await change.edit(view);
    paths.push(stage(edit, puts, removes));
  }
  return { puts, removes, paths };
}

/** For each change whether one of its paths is among those that the store had to alter. */
export function alteredEach(staged: StagedEdits, altered: ReadonlySet<string>): readonly boolean[] {
  return staged.paths.map((paths) => [...paths].some((path) => altered.has(path)));
}

/** Removals that free the way for a put (a file where a directory must be, or the reverse): they cannot wait. */
export function blockingRemoves(staged: StagedEdits): ReadonlySet<string> {
  const putParents = new Set([...staged.puts.keys()].flatMap(parents));
  return new Set(
    [...staged.removes].filter(
      (path) => putParents.has(path) || parents(path).some((parent) => staged.puts.has(parent)),
    ),
  );
}

/** `a/b/c` has the parents `a` and `a/b`. */
export function parents(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

function stage(edit: StoreEdit, puts: Map<string, StoreFile>, removes: Set<string>): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const raw of edit.remove) {
    const path = storePath(raw);
    paths.add(path);
    puts.delete(path);
    removes.add(path);
  }
  for (const file of edit.put) {
    const path = storePath(file.path);
    paths.add(path);
    removes.delete(path);
    puts.set(path, file);
  }
  return paths;
}

/** Kratix drops such a file and reports success (B20); here the change fails. */
function storePath(path: string): string {
  const clean = joinStorePath(path);
  if (clean === '' || escapes(path))
    throw new Failure('PathEscape', `path "${path}" escapes the state store's root`, false);
  return clean;
}

function overlay(base: StoreView, puts: ReadonlyMap<string, StoreFile>, removes: ReadonlySet<string>): StoreView {
  return {
    async read(raw) {
      const path = storePath(raw);
      const put = puts.get(path);
      if (put !== undefined) return put.content();
      return removes.has(path) ? undefined : base.read(path);
    },
    async list(raw) {
      if (escapes(raw)) throw new Failure('PathEscape', `path "${raw}" escapes the state store's root`, false);
      const directory = joinStorePath(raw);
      const prefix = directory === '' ? '' : `${directory}/`;
      const stored = (await base.list(directory)).filter((path) => !removes.has(path) && !puts.has(path));
      return [...stored, ...[...puts.keys()].filter((path) => path.startsWith(prefix))].sort();
    },
  };
}
