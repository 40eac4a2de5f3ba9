'use strict';

const { project } = require('../../jest.preset.js');

// Not named jest.config.js: `make test` needs only Node, and these need real engines.
module.exports = project('e2e of standalone on real engines', {
  testMatch: ['<rootDir>/src/*.spec.ts'],
  // What only the embedded database has.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', 'data-folder.spec'],
  globals: { weftShape: 'standalone', weftEngines: true },
});
