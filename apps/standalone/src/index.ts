export { startStandalone, type Doors } from './start-standalone';
