import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Calls of the API since a mark, by who made them and what they were. */
export interface AuditLog {
  mark(): Promise<void>;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` */
  calls(user: string): Promise<Readonly<Record<string, number>>>;
}

export function auditLog(directory: string): AuditLog {
  let marked = 0;
  const all = async () => (await readFile(join(directory, 'audit.log'), 'utf8')).trimEnd().split('\n');
  return {
    async mark() {
      marked = (await all()).length;
    },
    async calls(user) {
      const counts: Record<string, number> = {};
      for (const line of (await all()).slice(marked)) {
        const entry = JSON.parse(line) as Entry;
        // A watch is written when it begins and when it ends.
        if (entry.user.username !== user || entry.stage !== 'ResponseComplete') continue;
        counts[entry.verb] = (counts[entry.verb] ?? 0) + 1;
      }
      return counts;
    },
  };
}

interface Entry {
  readonly verb: string;
  readonly stage: string;
  readonly user: { readonly username: string };
}
