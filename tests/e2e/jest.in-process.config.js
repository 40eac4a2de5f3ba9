'use strict';

const { project } = require('../../jest.preset.js');

module.exports = project('e2e over in-process', {
  globals: { weftTransport: 'in-process' },
  testTimeout: 60_000,
});
