import type { DemoStore } from './demoStore.js';
import { show } from './step.js';

export async function showFiles(store: DemoStore): Promise<readonly string[]> {
  const files = await store.files();
  show(tree(files));
  return files;
}

/** Paths as a tree, as `tree` would draw it. */
function tree(paths: readonly string[]): string {
  const root: Folder = new Map();
  for (const path of paths.toSorted()) {
    let folder = root;
    for (const segment of path.split('/')) {
      const next = folder.get(segment) ?? new Map<string, Folder>();
      folder.set(segment, next);
      folder = next;
    }
  }
  return draw(root, '').join('\n');
}

type Folder = Map<string, Folder>;

function draw(folder: Folder, indent: string): string[] {
  const entries = [...folder];
  return entries.flatMap(([name, children], index) => {
    const last = index === entries.length - 1;
    return [`${indent}${last ? '└── ' : '├── '}${name}`, ...draw(children, `${indent}${last ? '    ' : '│   '}`)];
  });
}
