import { setTimeout as delay } from 'node:timers/promises';
import { orchestrator } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { abortReason, implement, openPage, type RpcService, untilAborted } from '@weft/rpc';
import { type ActiveRuns } from './active-runs';
import { type RunStore } from './run-store';

/** How often a run of another process is looked at until it has ended. */
const lookIntervalMs = 100;

/** Serves RunService: runs of this process from memory, those of others and ended ones from the store. */
export function runHandler(active: ActiveRuns, runs: RunStore): RpcService {
  const find = async (tenantId: string, id: string): Promise<orchestrator.Run> => {
    const run = active.get(tenantId, id)?.trace.toRun() ?? (await runs.get(tenantId, id));
    if (run === undefined) throw notFound('run', id);
    return run;
  };
  return implement(orchestrator.RunServiceDefinition, {
    async getRun({ id }, { caller }) {
      return { run: await find(caller.identity.tenantId, id) };
    },
    async listRuns(request, { caller }) {
      const { tenantId } = caller.identity;
      const { assistant, state } = request;
      const page = openPage(request, { list: `runs:${JSON.stringify([assistant, state])}`, tenantId });
      const before = page.after?.[0] as string | undefined;
      const rows = await runs.list(tenantId, { assistant, state }, before, page.limit);
      const { items, nextPageToken } = page.close(rows, (run) => [run.id]);
      return { runs: items.map((run) => shown(run, active, tenantId)), nextPageToken };
    },
    async cancelRun({ id }, { caller, signal }) {
      const { tenantId } = caller.identity;
      const isOwn = await untilAborted(active.cancel(tenantId, id), signal);
      if (!isOwn && (await runs.requestCancel(tenantId, id))) await untilEnded(runs, tenantId, id, signal);
      return { run: await find(tenantId, id) };
    },
  });
}

/** A run as lists show it; of one that goes on in this process more is known than is recorded. */
function shown(run: orchestrator.Run, active: ActiveRuns, tenantId: string): orchestrator.Run {
  const goesOn = run.state === orchestrator.RunState.RUNNING;
  const current = goesOn ? (active.get(tenantId, run.id)?.trace.toRun() ?? run) : run;
  return { ...current, steps: [], citations: [] };
}

/** Waits for the process that runs it, or for whoever finds that this process is lost. */
async function untilEnded(runs: RunStore, tenantId: string, id: string, signal: AbortSignal): Promise<void> {
  while ((await runs.get(tenantId, id))?.state === orchestrator.RunState.RUNNING) {
    await delay(lookIntervalMs, undefined, { signal }).catch(() => {
      throw abortReason(signal);
    });
  }
}
