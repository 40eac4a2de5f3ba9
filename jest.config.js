'use strict';

/** All suites in one run: each package's own, and the composed system once over each transport. */
module.exports = {
  maxWorkers: 2,
  // Starting a database or a whole weft takes seconds on a busy machine; a project's own setting is not read in a run of all.
  testTimeout: 60_000,
  projects: [
    '<rootDir>/{libs,services,apps,tools,tests}/*/jest*.config.js',
    '<rootDir>/bench/jest.config.js',
  ],
};
