import type { RunRecord, StageRecord } from '../domain/run.js';
import { openArtifacts } from '../worker/openArtifacts.js';
import { withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { statusOrFail } from './objectDocument.js';
import { entityOf, notFound, objectKind } from './objects.js';
import { remark, say } from './print.js';

export interface LogsOptions {
  readonly namespace: string;
  /** Number of the run; the newest one that ran a stage by default. */
  readonly run?: number;
  readonly stage?: string;
}

/** `fulfil logs KIND NAME`: what each stage of a run printed. */
export async function logs(kind: string, name: string, options: LogsOptions): Promise<ExitCode> {
  return withPlatform(async (platform) => {
    const known = await objectKind(platform, kind);
    const entity = entityOf(known, options.namespace, name);
    if (entity === undefined)
      throw new CommandFailure(`a ${known.type} has no stages and so no logs`, exitCodes.refused);
    const status = await statusOrFail(platform, entity, notFound(known, options.namespace, name));
    const run = chooseRun(status.runs, options.run, name);
    const live = run.outcome === 'Running' ? await platform.entities.runStatus(run.id) : undefined;
    const ran = (live ?? run).stages;
    const stages = ran.filter((stage) => options.stage === undefined || stage.stage === options.stage);
    if (ran.length === 0) remark(`run ${run.number} (${run.action}) ran no stage`);
    else if (stages.length === 0) throw noSuchStage(run, ran, options.stage ?? '');
    const artifacts = await openArtifacts(platform.artifacts);
    for (const stage of stages) await printLog(stage);
    return exitCodes.done;

    async function printLog(stage: StageRecord): Promise<void> {
      remark(`==> run ${run.number} ${run.action}: ${stage.pipeline} / ${stage.stage} (${stage.outcome}) <==`);
      if (stage.log === undefined) return remark('its output is kept when it ends');
      const text = (await artifacts.get(stage.log)).toString('utf8');
      if (text !== '') say(text.trimEnd());
    }
  });
}

function noSuchStage({ number, action }: RunRecord, ran: readonly StageRecord[], wanted: string): CommandFailure {
  const names = [...new Set(ran.map(({ stage }) => stage))].join(', ');
  return new CommandFailure(`run ${number} (${action}) ran no stage "${wanted}"; it ran ${names}`, exitCodes.failed);
}

function chooseRun(runs: readonly RunRecord[], number: number | undefined, name: string): RunRecord {
  const chosen =
    number === undefined
      ? (runs.find((run) => run.stages.length > 0 || run.outcome === 'Running') ?? runs[0])
      : runs.find((run) => run.number === number);
  if (chosen !== undefined) return chosen;
  const kept = runs.map((run) => run.number).join(', ') || 'none';
  throw new CommandFailure(`"${name}" has no run ${number ?? 'yet'}; kept runs: ${kept}`, exitCodes.failed);
}
