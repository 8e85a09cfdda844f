import { promiseId } from '../../src/domain/ids.js';
import type { Dependent } from '../../src/domain/requirements.js';
import { requirementStatuses } from '../../src/domain/requirements.js';
import type { PromiseOffering, Requirements } from '../messages.js';
import { signals } from '../messages.js';
import { send } from '../waiters.js';

type Offerings = Readonly<Record<string, PromiseOffering>>;

/** What a Promise has not been told yet; `text` is there to compare. */
export interface RequirementsNews {
  readonly promise: string;
  readonly requirements: Requirements;
  readonly text: string;
}

/**
 * Who needs others, or is needed, and has to hear that it stands otherwise than it was told (reference, section 3.3).
 * @param told what each was last told, as text
 */
export function requirementsNews(
  offerings: Offerings,
  told: Readonly<Record<string, string>>,
): readonly RequirementsNews[] {
  return Object.entries(offerings).flatMap(([promise, { requires }]) => {
    const requirements: Requirements = {
      requirements: requirementStatuses(requires, offerings),
      requiredBy: dependentsOf(promise, offerings),
    };
    const text = JSON.stringify(requirements);
    return text === (told[promise] ?? untold) ? [] : [{ promise, requirements, text }];
  });
}

export async function tellRequirements(news: readonly RequirementsNews[]): Promise<void> {
  await Promise.all(
    news.map(({ promise, requirements }) => send(promiseId(promise), signals.requirements, requirements)),
  );
}

/** What was told, with the news. */
export function withNews(
  told: Readonly<Record<string, string>>,
  news: readonly RequirementsNews[],
): Readonly<Record<string, string>> {
  return { ...told, ...Object.fromEntries(news.map(({ promise, text }) => [promise, text])) };
}

/**
 * Who offers something may have been begun anew and know nothing: what it was told counts no more. Nobody is told twice
 * for ever, because who hears what it knows offers nothing new.
 */
export function unknowing(told: Readonly<Record<string, string>>, promise: string): Readonly<Record<string, string>> {
  return told[promise] === undefined ? told : { ...told, [promise]: '' };
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
