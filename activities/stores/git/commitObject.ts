import type { GitObject } from './gitObjects.js';
import { gitObject } from './gitObjects.js';

export interface CommitParts {
  readonly tree: string;
  readonly parent: string | undefined;
  readonly author: { readonly name: string; readonly email: string };
  readonly at: Date;
  readonly message: string;
}

/** Signs the text of a commit; the answer is the armoured signature. */
export type CommitSigner = (text: string) => Promise<string>;

/** Author and committer are both the store's gitAuthor, as in Kratix (reference, section 6.2). */
export async function commitObject(parts: CommitParts, sign: CommitSigner | undefined): Promise<GitObject> {
  const headers = commitHeaders(parts);
  const text = `${headers}\n\n${parts.message}`;
  if (sign === undefined) return gitObject('commit', Buffer.from(text));
  const signature = (await sign(text)).trimEnd().replaceAll('\n', '\n ');
  return gitObject('commit', Buffer.from(`${headers}\ngpgsig ${signature}\n\n${parts.message}`));
}

function commitHeaders(parts: CommitParts): string {
  const who = `${plain(parts.author.name) || 'kratix'} <${plain(parts.author.email)}>`;
  const when = `${Math.floor(parts.at.getTime() / 1000)} +0000`;
  const parent = parts.parent === undefined ? [] : [`parent ${parts.parent}`];
  return [`tree ${parts.tree}`, ...parent, `author ${who} ${when}`, `committer ${who} ${when}`].join('\n');
}

/** Git's own rule for names: no angle brackets, no line ends. */
function plain(text: string): string {
  return text.replace(/[<>\r\n\0]/g, '').trim();
}
