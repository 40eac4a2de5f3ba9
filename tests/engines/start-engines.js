'use strict';

const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { startEngines } = require('@weft/engines');

/** Starts what the environment does not name, and tells the tests by the same variables. */
module.exports = async () => {
  const given = { databaseUrl: process.env.WEFT_DATABASE_URL, natsUrl: process.env.WEFT_NATS_URL };
  const folder = mkdtempSync(join(tmpdir(), 'weft-engines-'));
  const engines = await startEngines({ folder, given });
  process.env.WEFT_DATABASE_URL = engines.databaseUrl;
  process.env.WEFT_NATS_URL = engines.natsUrl;
  globalThis.weftStartedEngines = { engines, folder };
};
