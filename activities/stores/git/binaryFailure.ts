import type { Failure } from '../../../src/domain/failure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import { redact } from '../../secrets/redact.js';
import { storeMisconfigured, storeRefused, storeUnavailable } from '../storeFailure.js';

/** What the git binary printed when a command failed, as a Failure; the words are those of git 2.30 to 2.50 in C locale. */
export function explainBinary(store: GitStateStore, stderr: string, secrets: readonly string[]): Failure {
  const text = redact(lastWords(stderr), secrets);
  if (/host key verification failed/i.test(stderr)) {
    return storeRefused(store, `the server's host key is not the one in knownHosts: ${text}`);
  }
  if (/certificate/i.test(stderr)) return storeRefused(store, `the server's certificate is not trusted: ${text}`);
  if (
    /permission denied \(|authentication failed|could not read username|error: 40[13]\b|invalid format|error in libcrypto/i.test(
      stderr,
    )
  ) {
    return storeRefused(store, `the credential is refused: ${text}`);
  }
  if (/dubious ownership|unable to create|insufficient permission|permission to .* denied|write access/i.test(stderr)) {
    return storeRefused(store, `the credential does not allow it: ${text}`);
  }
  if (
    /not appear to be a git repository|repository .*not found|no such file|does not exist|error: 404\b/i.test(stderr)
  ) {
    return storeMisconfigured(store, `no such repository, or the credential may not see it: ${text}`);
  }
  return storeUnavailable(store, text);
}

// Of pages that a server prints, the first lines tell.
const longest = 300;

function lastWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    // git's own advice, which talks to somebody at a terminal, and ssh's frames around its warnings.
    .filter(
      (line) => line !== '' && !/^(hint:|@|Please make sure|and the repository exists|warning: filtering)/i.test(line),
    )
    .map((line) => line.replace(/^(fatal|error): /, ''));
  return [...new Set(lines)].join('; ').slice(0, longest) || 'git failed without a word';
}
