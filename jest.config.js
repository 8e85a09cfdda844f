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

export default {
  projects: [
    ...projects.map((name) => ({
      ...shared,
      displayName: name,
      testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/integration/kubernetes/'],
    })),
    // A project of its own: it needs a cluster (make test-kubernetes), which takes minutes to build the first time.
    {
      ...shared,
      displayName: 'kubernetes',
      globalSetup: '<rootDir>/test/cluster/globalSetup.mjs',
      globalTeardown: '<rootDir>/test/cluster/globalTeardown.mjs',
      testMatch: ['<rootDir>/test/integration/kubernetes/**/*.test.ts'],
    },
  ],
  // The slowest single step is a container that has to be killed after its 30 s of grace.
  testTimeout: 90_000,
};
