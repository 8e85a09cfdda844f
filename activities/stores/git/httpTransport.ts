import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import git, { Errors } from 'isomorphic-git';
import { Failure } from '../../../src/domain/failure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import { AnswerTooLarge } from '../httpRequest.js';
import { documentRefused, storeUnavailable } from '../storeFailure.js';
import type { GitCredential } from './gitCredential.js';
import type { GitLimits } from './gitLimits.js';
import type { GitObjects } from './gitObjects.js';
import type { GitRemote } from './gitRemote.js';
import { branchRef, localRef } from './gitClone.js';
import type { GitTransport, Push } from './gitTransport.js';
import { refusalText, saysOutrun } from './gitTransport.js';
import { gitHttp } from './gitHttp.js';
import { explainHttp, explainStatus } from './httpFailure.js';
import { packFile } from './packFile.js';
import type { PushReport } from './receivePack.js';
import { readPushReport, receivePackRequest } from './receivePack.js';

/** The last resort for a repository that is too large for this process, or too odd: the git binary, when there is one. */
export type FetchByBinary = GitTransport['fetch'];

/** Git over http(s) in this process: no subprocess, and a credential that never leaves memory (ADR 0004). */
export function httpTransport(
  store: GitStateStore,
  remote: GitRemote & { kind: 'http' },
  credential: GitCredential,
  objects: GitObjects,
  use: { readonly signal: AbortSignal; readonly limits: GitLimits; readonly fetchByBinary: FetchByBinary },
): GitTransport {
  const { signal, limits } = use;
  const agent = new (remote.url.startsWith('https:') ? https : http).Agent({ keepAlive: true });
  const trust = credential.caCert === undefined ? {} : { caCert: credential.caCert };
  const within = AbortSignal.any([signal, AbortSignal.timeout(limits.totalMs)]);
  const wire = gitHttp(remote.url, { signal: within, agent, silenceMs: limits.silenceMs, ...trust });

  function headers(): Record<string, string> {
    return credential.authorization === undefined ? {} : { Authorization: credential.authorization };
  }

  async function explained<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof Failure) throw thrown;
      if (within.aborted) throw storeUnavailable(store, `no end after ${Math.round(limits.totalMs / 1000)} s`);
      throw explainHttp(store, thrown, credential.secrets);
    }
  }

  async function refs(forPush: boolean): Promise<ReadonlyMap<string, string>> {
    // Version 1 of the protocol: one request, where version 2 needs two to leave out refs a state store does not have.
    const question = { http: wire.client(), url: remote.url, headers: headers(), protocolVersion: 1, forPush } as const;
    const found = await git.listServerRefs(question);
    return new Map(found.map((server) => [server.ref, server.oid]));
  }

  async function fetchWithin(branch: string, depth: number, maximumBytes: number): Promise<string> {
    const { gitdir, cache } = objects;
    const place = { fs, gitdir, cache, url: remote.url, remote: 'origin' };
    const wanted = {
      // What the clone has already is told by this name.
      ref: localRef(store.branch),
      remoteRef: branchRef(branch),
      singleBranch: true,
      depth,
      tags: false,
    };
    const { fetchHead } = await git.fetch({ ...place, ...wanted, http: wire.client(maximumBytes), headers: headers() });
    if (fetchHead === null) throw storeUnavailable(store, `the branch ${branch} disappeared while it was fetched`);
    return fetchHead;
  }

  return {
    head: (branch) => explained(async () => (await refs(false)).get(branchRef(branch))),
    fetch: (branch, depth) =>
      explained(async () => {
        try {
          return await fetchWithin(branch, depth, limits.inProcessBytes);
        } catch (thrown) {
          if (thrown instanceof AnswerTooLarge || isAboutHead(thrown)) return use.fetchByBinary(branch, depth);
          throw thrown;
        }
      }),
    push: (push) =>
      explained(async () => {
        const report = await sendPack(push);
        if (report === undefined) {
          throw storeUnavailable(store, 'the server closed the connection before it reported on the push');
        }
        if (report.accepted) return 'pushed';
        if (saysOutrun(report.reason)) return 'outrun';
        throw documentRefused(store, refusalText(push.branch, report.reason, report.said));
      }),
    probe: () =>
      explained(async () => {
        await refs(true);
      }),
    close: () => Promise.resolve(agent.destroy()),
  };

  async function sendPack({ branch, from, to, objects: created }: Push): Promise<PushReport | undefined> {
    const ref = branchRef(branch);
    const body = receivePackRequest({ ref, from, to }, to === undefined ? undefined : await packFile(created));
    const answer = await wire.send({
      method: 'POST',
      url: `${remote.url}/git-receive-pack`,
      headers: {
        ...headers(),
        'content-type': 'application/x-git-receive-pack-request',
        accept: 'application/x-git-receive-pack-result',
      },
      body,
    });
    if (answer.status !== 200) throw explainStatus(store, answer.status, answer.body.toString(), credential.secrets);
    return readPushReport(answer.body, ref);
  }
}

/** isomorphic-git fetches no branch from a repository whose HEAD names one that does not exist. */
function isAboutHead(thrown: unknown): boolean {
  return thrown instanceof Errors.NotFoundError && thrown.data.what === 'HEAD';
}
