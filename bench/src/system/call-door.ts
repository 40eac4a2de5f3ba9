import { Agent, request } from 'undici';
import { type Endpoint } from './system-under-test';

/** Ingestion answers when all its documents are done: its own deadline bounds it. */
const patient = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/**
 * Calls an RPC through weft's HTTP door.
 *
 * @param method `<package>.<Service>/<Method>`
 * @throws Error with what weft answered when that is not 200
 */
export async function callDoor<Answer>(endpoint: Endpoint, method: string, body: object): Promise<Answer> {
  const { statusCode, body: answer } = await request(`${endpoint.origin}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${endpoint.apiKey}` },
    body: JSON.stringify(body),
    dispatcher: patient,
  });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`${method} answered ${statusCode}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer;
}
