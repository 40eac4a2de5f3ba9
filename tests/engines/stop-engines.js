'use strict';

const { rm } = require('node:fs/promises');

/** Stops what `start-engines.js` started, and removes its data. */
module.exports = async () => {
  const { engines, folder } = globalThis.weftStartedEngines;
  await engines.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
};
