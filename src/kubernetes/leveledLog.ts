import type { LogLevel, PlatformConfiguration } from '../documents/platformConfiguration.js';
import { logLevels } from '../documents/platformConfiguration.js';

/** A line for operators; of level `info` when it is not said. */
export type Say = (line: string, level?: LogLevel) => void;

/** Lets through what the configuration of this moment asks for, in Kratix's form (reference, section 7.5). */
export function leveledLog(write: (line: string) => void, configuration: () => PlatformConfiguration): Say {
  return (line, level = 'info') => {
    const { logLevel, structuredLog } = configuration();
    if (logLevels.indexOf(level) > logLevels.indexOf(logLevel)) return;
    write(structuredLog ? JSON.stringify({ ts: new Date().toISOString(), severity: level, msg: line }) : line);
  };
}
