import { orchestrator } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { implement, openPage, type RpcService, untilAborted } from '@weft/rpc';
import { type ActiveRuns } from './active-runs';
import { type RunStore } from './run-store';

/** Serves RunService: runs that go on from memory, ended ones from the store. */
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
      const stored = await runs.list(tenantId, { assistant, state }, before, page.limit);
      const going = active
        .list(tenantId)
        .map(({ trace }) => trace.toRun())
        .filter((run) => matches(run, { assistant, state }) && (before === undefined || run.id < before));
      const rows = newestFirst([...going, ...stored]).slice(0, page.limit);
      const { items, nextPageToken } = page.close(rows, (run) => [run.id]);
      return { runs: items.map((run) => ({ ...run, steps: [], citations: [] })), nextPageToken };
    },
    async cancelRun({ id }, { caller, signal }) {
      const { tenantId } = caller.identity;
      await untilAborted(active.cancel(tenantId, id), signal);
      return { run: await find(tenantId, id) };
    },
  });
}

function matches(
  run: orchestrator.Run,
  filter: { assistant: string; state: orchestrator.RunState },
): boolean {
  const assistant = filter.assistant === '' || run.assistant === filter.assistant;
  return assistant && (filter.state === orchestrator.RunState.UNSPECIFIED || run.state === filter.state);
}

/** A run that ended between the two readings is in both: the stored one, which comes later, counts. */
function newestFirst(runs: orchestrator.Run[]): orchestrator.Run[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
