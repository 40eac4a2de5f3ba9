import { request } from 'undici';

/** Reads metrics from time to time, as Prometheus does. */
export interface Scraper {
  /** What could not be read, in words. */
  errors: string[];
  /** Reads once more: how many chats were answered at the HTTP door, by all that is read. */
  answeredChats(): Promise<number>;
  stop(): void;
}

/** As often as `k8s/observability/pod-monitor.yaml` has it done. */
const intervalMs = 15_000;

/** Begins to read; `urls` are those of the metrics of each process. */
export function startScraper(urls: readonly string[]): Scraper {
  const errors: string[] = [];
  const readAll = () => Promise.all(urls.map(readMetrics));
  const timer = setInterval(() => {
    readAll().catch((error: unknown) => errors.push(`metrics could not be read: ${String(error)}`));
  }, intervalMs);
  return {
    errors,
    answeredChats: async () => (await readAll()).reduce((sum, text) => sum + answeredChatsIn(text), 0),
    stop: () => clearInterval(timer),
  };
}

/** How many chats the text of `/metrics` says were answered with status 200. */
export function answeredChatsIn(text: string): number {
  const line = text
    .split('\n')
    .find(
      (each) =>
        each.startsWith('http_server_request_duration_seconds_count{') &&
        each.includes('http_route="/v1/chat/completions"') &&
        each.includes('http_response_status_code="200"'),
    );
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
}

async function readMetrics(url: string): Promise<string> {
  const { statusCode, body } = await request(url);
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
  return text;
}
