import { availableParallelism } from 'node:os';

const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
};

/** The folder is the project's name; all but `unit` run against real servers and containers. */
const projects = ['unit', 'workflow', 'replay', 'integration', 'e2e'];
/** Tests mostly wait for servers and containers, so three at once are faster even where jest would run one. */
const fewestWorkers = 3;

export default {
  projects: [
    ...projects.map((name) => ({
      ...shared,
      displayName: name,
      testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/integration/kubernetes/'],
    })),
    // A project of its own, for one cluster that all its files share: test/cluster starts it, or takes the given one.
    {
      ...shared,
      displayName: 'kubernetes',
      globalSetup: '<rootDir>/test/cluster/globalSetup.mjs',
      globalTeardown: '<rootDir>/test/cluster/globalTeardown.mjs',
      testMatch: ['<rootDir>/test/integration/kubernetes/**/*.test.ts'],
    },
  ],
  maxWorkers: Math.max(fewestWorkers, availableParallelism() - 1),
  // A story of a dozen containers takes 20 s alone, and five times as long where other things run. This ends what hangs.
  testTimeout: 300_000,
};
