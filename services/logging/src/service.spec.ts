import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { events, logging } from '@weft/contracts';
import { createEvent } from '@weft/events';
import { startTestService } from '@weft/testing';

import { loggingService } from './service';

// A database takes a second to open, and more on a busy machine.
jest.setTimeout(30_000);

describe('the logging service', () => {
  it('counts an event once that is delivered again after a restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'weft-logging-'));
    const run = events.RunFinished.fromPartial({
      runId: 'run-1',
      calls: [{ attempt: 1, startTime: new Date() }],
    });
    const event = createEvent('weft.orchestrator.run_finished.v1', 'acme', events.RunFinished, run);
    const calls: number[] = [];
    for (let start = 0; start < 2; start++) {
      const service = await startTestService(loggingService, { dataDir });
      await service.events.publish([event]);
      const usage = service.client(logging.UsageServiceDefinition, { tenantId: 'acme' });
      const { sums } = await usage.queryUsage({ startTime: new Date(0) });
      calls.push(...sums.map((sum) => sum.calls));
      await service.stop();
    }
    rmSync(dataDir, { recursive: true });
    expect(calls).toEqual([1, 1]);
  });
});
