import { request } from 'undici';
import { callDoor } from '../system/call-door';
import { cardModel } from '../system/chat-scripts';
import { type Endpoint } from '../system/system-under-test';

/**
 * Looks whether what is measured is what is claimed: input and output are screened, and the run is recorded.
 *
 * @returns what is not so, in words
 */
export async function unmetClaims(weft: Endpoint): Promise<string[]> {
  const { runId, answer } = await askForCard(weft);
  const { run } = await callDoor<{ run: { state?: string; steps?: { name: string }[] } }>(
    weft,
    'weft.orchestrator.v1.RunService/GetRun',
    { id: runId },
  );
  const claims: [boolean, string][] = [
    [answer !== '' && !answer.includes(cardModel.answer), 'the output is not screened'],
    [run.steps?.some(({ name }) => name === 'screen_input') ?? false, 'the input is not screened'],
    [run.state === 'RUN_STATE_COMPLETED', `the run is recorded as ${run.state ?? 'nothing'}`],
  ];
  return claims.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}

async function askForCard(weft: Endpoint): Promise<{ runId: string; answer: string }> {
  const { statusCode, headers, body } = await request(`${weft.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${weft.apiKey}` },
    body: JSON.stringify({ model: cardModel.model, messages: [{ role: 'user', content: 'Which card?' }] }),
  });
  const text = await body.text();
  if (statusCode !== 200)
    throw new Error(`a chat through weft answered ${statusCode}: ${text.slice(0, 500)}`);
  const { choices } = JSON.parse(text) as { choices: { message: { content: string } }[] };
  return { runId: String(headers['x-weft-run-id']), answer: choices[0]?.message.content ?? '' };
}
