import type { EntityStatus } from '../domain/entity.js';
import type { RunRecord } from '../domain/run.js';
import { describeSelector } from '../domain/labels.js';
import { resolveSelectors } from '../domain/selectors.js';
import { describeStop } from '../domain/suspension.js';
import type { Work } from '../domain/work.js';
import { isWritten } from '../domain/work.js';
import { withPlatform } from './connection.js';
import { describeSilent } from './describeSilent.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { objectOf, statusOrFail } from './objectDocument.js';
import { entityOf, notFound, objectKind } from './objects.js';
import { age, printData, say } from './print.js';
import { troubleLines, troublesOf } from './troubles.js';

/** `fulfil describe KIND NAME`: state, conditions, where documents went and why, runs. */
export async function describe(kind: string, name: string, options: { readonly namespace: string }): Promise<ExitCode> {
  return withPlatform(async (platform) => {
    const known = await objectKind(platform, kind);
    const entity = entityOf(known, options.namespace, name);
    if (entity === undefined) printData(await objectOf(platform, known, options.namespace, name), 'yaml');
    else {
      const absent = notFound(known, options.namespace, name);
      const status = await statusOrFail(platform, entity, absent).catch((thrown: unknown) => {
        if (thrown instanceof CommandFailure) throw thrown;
        return describeSilent(platform, entity, thrown);
      });
      const running = status.runs.filter(({ outcome }) => outcome === 'Running').map(({ id }) => id);
      const troubles = await Promise.all([entity, ...running].map((id) => troublesOf(platform.client, id)));
      for (const line of [...lines(status, entity), ...troubleLines(troubles.flat())]) say(line);
    }
    return exitCodes.done;
  });
}

function lines(status: EntityStatus, entity: string): string[] {
  const { kind, namespace, name, phase, message, generation, observedGeneration, version = '' } = status;
  const ofVersion = version === '' ? '' : `, Promise version ${version}`;
  return [
    `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
    `  Workflow:    ${entity}`,
    `  Phase:       ${phase}: ${message}`,
    `  Generation:  ${generation} (last configured: ${observedGeneration})${ofVersion}`,
    ...(status.statusMessage === undefined ? [] : [`  Message:     ${status.statusMessage}`]),
    ...(status.resources === undefined ? [] : [`  Resources:   ${status.resources.join(', ') || 'none'}`]),
    ...standing(status),
    'Conditions:',
    ...status.conditions.map((each) => `  ${each.type}=${each.status} ${each.reason}: ${each.message}`),
    'Documents:',
    ...(status.works.length === 0 ? ['  none'] : status.works.flatMap(workLines)),
    'Runs:',
    ...status.runs.flatMap(runLines),
  ];
}

/** What holds it up, what it needs, and which versions there are. */
function standing({ paused, suspension, requirements = [], requiredBy = [], revisions = [], binding }: EntityStatus) {
  const upgrade = binding?.upgrade === undefined ? '' : `, upgrade to ${binding.upgrade.to} ${binding.upgrade.state}`;
  const versions = revisions.map(({ version, latest }) => (latest ? `${version} (latest)` : version));
  return [
    ...(paused ? ['  Paused:      yes'] : []),
    ...(suspension === undefined ? [] : [`  Suspended:   ${describeStop(suspension, suspension.nextRetryAt)}`]),
    ...requirements.map(({ name, version = '', state }) => `  Requires:    ${`${name} ${version}`.trim()}: ${state}`),
    ...requiredBy.map(({ name }) => `  Required by: ${name}`),
    ...(versions.length < 2 ? [] : [`  Versions:    ${versions.join(', ')}`]),
    ...(binding === undefined
      ? []
      : [`  Bound to:    ${binding.version} (applied: ${binding.lastApplied ?? 'none yet'}${upgrade})`]),
  ];
}

function workLines(work: Work): string[] {
  return work.groups.flatMap((group) => {
    const wanted = describeSelector(resolveSelectors(group.selectors));
    const placements = work.placements.filter((placement) => placement.group === group.id);
    const placed = placements.map((placement) => {
      const { written, destination, reason, layout } = placement;
      const state = isWritten(placement, group) ? `written, ${written?.revision.slice(0, 12)}` : 'not written yet';
      return `    → ${destination}: ${layout.directory || '.'} (${state}); ${reason}`;
    });
    const waiting = placed.length === 0 ? [`    → nowhere: no Destination matches ${wanted}`] : [];
    return [`  ${work.name} [${group.directory}]: ${group.files} file(s), wants ${wanted}`, ...placed, ...waiting];
  });
}

function runLines(run: RunRecord): string[] {
  const took = run.finishedAt === undefined ? '' : ` in ${seconds(run.startedAt, run.finishedAt)} s`;
  const head = `  ${run.number} ${run.action} generation ${run.generation}: ${run.outcome}${took}, ${age(run.startedAt)} ago${run.message === '' ? '' : `: ${run.message}`}`;
  const stages = run.stages.map(
    (stage) =>
      `      ${stage.outcome} ${stage.pipeline} / ${stage.stage} (${stage.image})${stage.seconds === undefined ? '' : ` ${stage.seconds.toFixed(1)} s`}`,
  );
  return [head, ...stages];
}

function seconds(from: string, to: string): string {
  return ((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1);
}
