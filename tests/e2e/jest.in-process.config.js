'use strict';

const { project } = require('../../jest.preset.js');

module.exports = project('e2e over in-process', {
  testMatch: ['<rootDir>/src/*.spec.ts'],
  globals: { weftTransport: 'in-process' },
  testTimeout: 60_000,
});
