'use strict';

const { project } = require('../../jest.preset.js');

module.exports = project('e2e over grpc', {
  testMatch: ['<rootDir>/src/*.spec.ts'],
  globals: { weftTransport: 'grpc' },
  testTimeout: 60_000,
});
