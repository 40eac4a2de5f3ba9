'use strict';

const { project } = require('../../jest.preset.js');

// Not named jest.config.js: `make test` needs only Node, and these need real engines.
module.exports = project('e2e of one process a service on real engines', {
  testMatch: ['<rootDir>/src/*.spec.ts'],
  // What only standalone has: its data folder and its sample.
  testPathIgnorePatterns: [
    '/node_modules/',
    '/dist/',
    'data-folder.spec',
    'process-life.spec',
    'sample.spec',
  ],
  globals: { weftShape: 'distributed', weftEngines: true },
});
