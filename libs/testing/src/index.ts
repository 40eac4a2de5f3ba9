export {
  bindCaller,
  type TestCaller,
  testCaller,
  type TestCallOptions,
  type TestClient,
} from './test-client';
export { type ServedService, serveHosted } from './serve-hosted';
export { openTestDatabase, type TestDatabase } from './test-database';
export { startTestService, type TestService, type TestServiceOptions } from './test-service';
