import { type FakeProvider } from '@weft/fake-provider';
import { type Door } from '../door';
import { startChatLoad } from './chat-load';
import { checkDocuments } from './check-documents';
import { checkLedger, type LedgerCheck } from './check-ledger';
import { checkRuns } from './check-runs';
import { chunkCharactersMax } from './chaos-documents';
import { postUntilOk } from './post-until-ok';
import { startIngestLoad } from './ingest-load';
import { runKills, type Victim } from './kill-loop';
import { createRandom } from './random';

export interface ChaosOptions {
  kills: number;
  seed: number;
  restMsMax: number;
  log(line: string): void;
}

/** What a run of chaos came to. */
export interface ChaosReport {
  problems: string[];
  kills: Record<string, number>;
  chats: Record<string, number>;
  documents: { acknowledged: number; unanswered: number };
  ledger: Omit<LedgerCheck, 'problems'>;
}

const collection = 'chaos';

/** Chats and ingests while processes are killed, then looks whether anything was lost, doubled or left by half. */
export async function runChaos(
  door: Door,
  victims: readonly Victim[],
  provider: FakeProvider,
  { kills, seed, restMsMax, log }: ChaosOptions,
): Promise<ChaosReport> {
  await postUntilOk(door, 'weft.retrieval.v1.CollectionService/CreateCollection', {
    name: collection,
    chunking: { maxCharacters: chunkCharactersMax, overlapCharacters: 0 },
  });
  const killed: Record<string, number> = {};
  const chats = startChatLoad(door, createRandom(seed), { loops: 4 });
  const ingestions = startIngestLoad(door, collection, createRandom(seed + 1));
  await runKills(victims, createRandom(seed + 2), {
    kills,
    restMsMax,
    onKill(name, number) {
      killed[name] = (killed[name] ?? 0) + 1;
      if (number % 10 === 0 || number === kills) log(`${number} of ${kills} kills`);
    },
  });
  await Promise.all([chats.stop(), ingestions.stop()]);
  log('checking');
  const problems = [...(await checkDocuments(door, collection, ingestions)), ...(await checkRuns(door))];
  const { problems: ledgerProblems, ...ledger } = await checkLedger(door, provider, chats.outcomes);
  const outcomes = Map.groupBy(chats.outcomes.values(), (outcome) => outcome);
  return {
    problems: [...problems, ...ledgerProblems],
    kills: killed,
    chats: Object.fromEntries([...outcomes].map(([outcome, all]) => [outcome, all.length])),
    documents: { acknowledged: ingestions.acknowledged.length, unanswered: ingestions.unanswered.length },
    ledger,
  };
}
