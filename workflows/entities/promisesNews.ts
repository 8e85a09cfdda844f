import { promiseId } from '../../src/domain/ids.js';
import type { Dependent } from '../../src/domain/requirements.js';
import { requirementStatuses } from '../../src/domain/requirements.js';
import type { PromiseOffering, Requirements } from '../messages.js';
import { signals } from '../messages.js';
import { send } from '../waiters.js';

type Offerings = Readonly<Record<string, PromiseOffering>>;

/**
 * Tells each Promise that needs others, or is needed, where that stands when it has changed (reference, section 3.3).
 * @returns what each has been told by now, as text
 */
export async function tellRequirements(
  offerings: Offerings,
  told: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const news = Object.entries(offerings).flatMap(([promise, { requires }]) => {
    const requirements: Requirements = {
      requirements: requirementStatuses(requires, offerings),
      requiredBy: dependentsOf(promise, offerings),
    };
    const text = JSON.stringify(requirements);
    return text === (told[promise] ?? untold) ? [] : [{ promise, requirements, text }];
  });
  await Promise.all(
    news.map(({ promise, requirements }) => send(promiseId(promise), signals.requirements, requirements)),
  );
  return { ...told, ...Object.fromEntries(news.map(({ promise, text }) => [promise, text])) };
}

/** What a Promise without needs and dependents knows without being told. */
const untold = JSON.stringify({ requirements: [], requiredBy: [] } satisfies Requirements);

function dependentsOf(promise: string, offerings: Offerings): Dependent[] {
  return Object.values(offerings).flatMap(({ promise: name, version, requires }) =>
    requires
      .filter((requirement) => requirement.name === promise)
      .map((requirement) => ({ name, version, requiredVersion: requirement.version })),
  );
}
