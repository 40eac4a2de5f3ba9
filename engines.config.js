'use strict';

/** The suites that need real engines: started here, unless WEFT_DATABASE_URL and WEFT_NATS_URL name some. */
module.exports = {
  maxWorkers: 2,
  // A whole weft is eleven processes: starting them takes seconds on a busy machine.
  testTimeout: 180_000,
  globalSetup: '<rootDir>/tests/engines/start-engines.js',
  globalTeardown: '<rootDir>/tests/engines/stop-engines.js',
  projects: ['<rootDir>/tests/engines/engines.config.js', '<rootDir>/tests/e2e/engines.*.config.js'],
};
