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
  projects: projects.map((name) => ({
    ...shared,
    displayName: name,
    testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  })),
  // The slowest single step is a container that has to be killed after its 30 s of grace.
  testTimeout: 90_000,
};
