import { createHash } from 'node:crypto';

/** Names are also host names in the container, which end at 63 characters. */
const LONGEST = 63;
/** 40 bits: among the containers of one machine two keys do not meet. */
const DIGEST_CHARACTERS = 10;

/** `fulfil-jenkins-configure-3f2a9c01de`: readable, the same for the same key, another for any other key. */
export function containerName(key: string): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, DIGEST_CHARACTERS);
  const readable = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST - 'fulfil--'.length - DIGEST_CHARACTERS)
    .replace(/^-+|-+$/g, '');
  return ['fulfil', readable, digest].filter((part) => part !== '').join('-');
}
