import { ensureEngine } from '../setup/ensureEngine.js';
import { temporalBinary } from '../setup/temporalBinary.js';
import type { ExitCode } from './exit.js';
import { exitCodes } from './exit.js';
import { say } from './print.js';

/** `fulfil setup`: everything that a worker needs, got once; says what it does. */
export async function setup(): Promise<ExitCode> {
  const address = process.env['TEMPORAL_ADDRESS'];
  if (address === undefined || address === '') await temporalBinary(say);
  else say(`Temporal: the server at ${address} (TEMPORAL_ADDRESS)`);
  await ensureEngine(say);
  return exitCodes.done;
}
