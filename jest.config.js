'use strict';

/** All suites in one run: each package's own, and the composed system once over each transport. */
module.exports = {
  maxWorkers: 2,
  projects: [
    '<rootDir>/{libs,services,apps,tools,tests}/*/jest*.config.js',
    '<rootDir>/bench/jest.config.js',
  ],
};
