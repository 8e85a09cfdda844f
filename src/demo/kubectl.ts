import { kubectlProgram } from '../server/programs.js';
import { runShown } from './step.js';

/** Runs kubectl as a user of the demonstration's cluster would, and shows it; it has to succeed. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  return runShown({ name: 'kubectl', program: await kubectlProgram() }, 0, args);
}

/** A first run waits for its pod, and the machine may be busy with something else. */
const patience = '--timeout=120s';

export async function untilCondition(object: string, condition: string): Promise<void> {
  await kubectl('wait', `--for=condition=${condition}`, object, patience);
}

export async function untilField(object: string, path: string, value: string): Promise<void> {
  await kubectl('wait', `--for=jsonpath={${path}}=${value}`, object, patience);
}
