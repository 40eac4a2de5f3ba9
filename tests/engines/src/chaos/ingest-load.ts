import { type Answer, type Door } from '../door';
import { chaosDocument, type ChaosDocument } from './chaos-documents';
import { tryPost } from './post-until-ok';
import { type Random } from './random';

/** Ingestions that go on until they are stopped. */
export interface IngestLoad {
  /** The documents that weft has said to have, or to have accepted. */
  acknowledged: readonly ChaosDocument[];
  /** The others: each may be there whole, or not at all. */
  unanswered: readonly ChaosDocument[];
  stop(): Promise<void>;
}

const pauseMs = 50;

/** Ingests one document after the other into a collection; every other one is only accepted, and indexed later. */
export function startIngestLoad(door: Door, collection: string, random: Random): IngestLoad {
  const acknowledged: ChaosDocument[] = [];
  const unanswered: ChaosDocument[] = [];
  let stopping = false;
  const loop = async () => {
    for (let number = 1; !stopping; number += 1) {
      const document = chaosDocument(number, 2 + random.below(4));
      const asynchronous = number % 2 === 0;
      const answer = await tryPost(door, 'weft.retrieval.v1.DocumentService/IngestDocuments', {
        collection,
        asynchronous,
        documents: [{ uri: document.uri, content: Buffer.from(document.content).toString('base64') }],
      });
      (isAcknowledged(answer, asynchronous) ? acknowledged : unanswered).push(document);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const running = loop();
  return {
    acknowledged,
    unanswered,
    async stop() {
      stopping = true;
      await running;
    },
  };
}

function isAcknowledged(
  answer: { status: number; body: Answer } | undefined,
  asynchronous: boolean,
): boolean {
  if (answer?.status !== 200) return false;
  if (asynchronous) return answer.body.ingestion?.id !== undefined;
  return answer.body.results[0].outcome !== 'INGEST_OUTCOME_FAILED';
}
