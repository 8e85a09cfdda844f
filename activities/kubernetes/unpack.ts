import { once } from 'node:events';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Extract, Header } from 'tar-stream';
import { extract } from 'tar-stream';
import { Failure, reason } from '../../src/domain/failure.js';
import { errorCode } from '../stores/errorCode.js';

/** The only folders that a pod sends. */
const folders = ['output', 'metadata'];
/** Each is a file on the worker's disk and a line in a snapshot. */
const maxFiles = 100_000;

/**
 * Lays out what a pod sent, for a snapshot to be taken of it. Nothing is written outside `root`: names are checked
 * before a file is made, and links are made after the last file, so that no file is written through one.
 */
export async function unpack(body: AsyncIterable<Buffer>, root: string, maxBytes: number): Promise<void> {
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
  const archive = extract();
  const fed = feed(body, archive, maxBytes);
  const links = await layOut(archive, root).catch(async (thrown: unknown) => {
    // What is wrong with the body as a whole says more than what that did to one of its files.
    throw (await fed) ?? unkeepable(thrown);
  });
  const broken = await fed;
  if (broken !== undefined) throw broken;
  for (const link of links) await makeLink(root, link).catch((thrown: unknown) => Promise.reject(unkeepable(thrown)));
}

/** Writes directories and files; returns the links. */
async function layOut(archive: Extract, root: string): Promise<Header[]> {
  const links: Header[] = [];
  let files = 0;
  for await (const entry of archive) {
    const { header } = entry;
    const path = join(root, checkedName(header.name));
    files += 1;
    if (files > maxFiles) throw refused('OutputRefused', `the output has more than ${maxFiles} files`);
    switch (header.type) {
      case 'file':
      case 'contiguous-file':
        await mkdir(dirname(path), { recursive: true });
        await writeEntry(entry, path, (header.mode & 0o100) !== 0);
        continue;
      case 'directory':
        await mkdir(path, { recursive: true });
        break;
      case 'symlink':
        links.push(header);
        break;
      default:
        throw refused('OutputRefused', `${header.name} is neither a file nor a directory and cannot be kept`);
    }
    entry.resume();
  }
  return links;
}

/** By iteration, which notices an archive that was given up before its entry was asked for; a pipe would wait for ever. */
async function writeEntry(entry: AsyncIterable<unknown>, path: string, executable: boolean): Promise<void> {
  // Only the owner's bits matter: a snapshot keeps whether it is a program.
  await writeFile(path, entry as AsyncIterable<Buffer>, { mode: executable ? 0o700 : 0o600, flag: 'wx' });
}

/**
 * Reads the body to its end whatever becomes of the archive, for whoever sends it hears no answer before. Returns
 * what is wrong with it.
 */
async function feed(body: AsyncIterable<Buffer>, archive: Extract, maxBytes: number): Promise<Error | undefined> {
  let wrong: Error | undefined;
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (archive.destroyed) continue;
      if (bytes > maxBytes) {
        wrong = refused('OutputRefused', `the output is larger than ${maxBytes} bytes`);
        archive.destroy(wrong);
      } else if (!archive.write(chunk)) {
        await drained(archive);
      }
    }
    if (!archive.destroyed) archive.end(null);
  } catch (thrown) {
    wrong = thrown instanceof Error ? thrown : new Error(reason(thrown));
    archive.destroy(wrong);
  }
  return wrong;
}

/** Until it takes more, or never will; the listener that lost does not stay. */
async function drained(archive: Extract): Promise<void> {
  const over = new AbortController();
  const options = { signal: over.signal };
  await Promise.race([once(archive, 'drain', options), once(archive, 'close', options)]).catch(() => undefined);
  over.abort();
}

/** Two entries of one name, a file where a folder has to be, a name too long for a disk: no repeat changes that. */
function unkeepable(thrown: unknown): Error {
  const wrong = ['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(errorCode(thrown) ?? '');
  if (wrong) return refused('OutputRefused', `a file cannot be kept: ${reason(thrown)}`);
  return thrown instanceof Error ? thrown : new Error(reason(thrown));
}

/** A relative path below one of the folders, or a Failure. */
function checkedName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || name.includes('\0') || parts.includes('..')) {
    throw refused('PathEscape', `${name} leads out of the stage's output`);
  }
  if (folders.includes(parts[0] ?? '')) return parts.join('/');
  throw refused('OutputRefused', `${name} is neither below output nor below metadata`);
}

/** Where the link leads is the snapshot's to judge; here it only must not be made through another link. */
async function makeLink(root: string, { name, linkname }: Header): Promise<void> {
  const path = join(root, checkedName(name));
  const parent = dirname(path);
  await mkdir(parent, { recursive: true });
  if ((await realpath(parent)) !== join(await realpath(root), parent.slice(root.length))) {
    throw refused('PathEscape', `${name} lies behind a symbolic link`);
  }
  await symlink(linkname, path);
}

function refused(type: string, message: string): Failure {
  return new Failure(type, message, false);
}
