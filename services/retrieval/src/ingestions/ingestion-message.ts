import { retrieval } from '@weft/contracts';
import { doneCount, type Ingestion } from './ingestion';

/** An ingestion as the contract has it. */
export function ingestionMessage(ingestion: Ingestion): retrieval.Ingestion {
  return {
    id: ingestion.id,
    collection: ingestion.collection,
    state: stateOf(ingestion),
    documentCount: ingestion.documentCount,
    created: ingestion.created,
    replaced: ingestion.replaced,
    unchanged: ingestion.unchanged,
    failed: ingestion.failed,
    pending: ingestion.documentCount - doneCount(ingestion),
    createTime: ingestion.createTime,
    updateTime: ingestion.updateTime,
    finishTime: ingestion.finishTime,
  };
}

function stateOf({ finishTime, cancelled, begun }: Ingestion): retrieval.IngestionState {
  const { CANCELLED, DONE, RUNNING, ACCEPTED } = retrieval.IngestionState;
  if (finishTime !== undefined) return cancelled ? CANCELLED : DONE;
  return begun ? RUNNING : ACCEPTED;
}
