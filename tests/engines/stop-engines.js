'use strict';

module.exports = async () => {
  await globalThis.weftStartedEngines?.stop();
};
