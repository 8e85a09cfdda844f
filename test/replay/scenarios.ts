import type { Platform } from '../platform/platform.js';
import { controlling, resuming } from './scenarios/controlling.js';
import { failing } from './scenarios/failing.js';
import { overtaking } from './scenarios/overtaking.js';
import { placing } from './scenarios/placing.js';
import { beginScenario } from './scenarios/scenario.js';
import { leaving, refused, removing, repairing } from './scenarios/stores.js';
import { telling } from './scenarios/telling.js';
import { awaiting, neverInstalled } from './scenarios/versions.js';

/** Plays every shape that control flow can take, with names that stay the same from recording to recording. */
export async function playScenarios(platform: Platform): Promise<void> {
  const scenario = beginScenario(platform);
  const inOrder = [
    placing,
    failing,
    overtaking,
    controlling,
    repairing,
    awaiting,
    removing,
    telling,
    refused,
    resuming,
    neverInstalled,
    leaving,
  ];
  for (const play of inOrder) await play(scenario);
}
