import { createLogger, runProcess } from '@weft/runtime';
import { loadStandaloneConfig, processEnvironment } from './config';
import { markAdminKeyShown } from './secrets';
import { startStandalone } from './start-standalone';

const env = processEnvironment();

void runProcess(createLogger({ level: 'warn' }), async (lifecycle) => {
  const config = loadStandaloneConfig(env);
  const doors = await startStandalone(env, config, createLogger({ level: config.logLevel }), lifecycle);
  if (doors.newAdminKey !== undefined) {
    process.stdout.write(`weft admin key (shown once): ${doors.newAdminKey}\n`);
    markAdminKeyShown(config.dataDir);
  }
  process.stdout.write(
    `weft ready http=http://${config.host}:${doors.httpPort} grpc=${config.host}:${doors.grpcPort}\n`,
  );
});
