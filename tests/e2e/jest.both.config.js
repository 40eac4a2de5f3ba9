'use strict';

const { project } = require('../../jest.preset.js');

module.exports = project('e2e over both transports at once', {
  testMatch: ['<rootDir>/src/both/*.spec.ts'],
  testTimeout: 60_000,
});
