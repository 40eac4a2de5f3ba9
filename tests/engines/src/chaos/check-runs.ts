import { type Door } from '../door';
import { listAll } from './post-until-ok';

const settledWithinMs = 60_000;
const pollIntervalMs = 500;

/** Looks for runs that nobody will ever end. Returns what is wrong. */
export async function checkRuns(door: Door): Promise<string[]> {
  const endsAt = performance.now() + settledWithinMs;
  for (;;) {
    const running = await listAll(
      door,
      'weft.orchestrator.v1.RunService/ListRuns',
      { state: 'RUN_STATE_RUNNING' },
      ({ runs }) => runs,
    );
    if (running.length === 0) return [];
    if (performance.now() > endsAt) return running.map(({ id }) => `the run ${id} is never settled`);
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}
