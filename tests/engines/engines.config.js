'use strict';

const { project } = require('../../jest.preset.js');

// Not named jest.config.js: `make test` needs only Node, and these need real engines.
module.exports = project('engines', { testMatch: ['<rootDir>/src/**/*.spec.ts'] });
