import { publicMethods } from '../entry/public-methods';
import { useGatewayStand } from '../gateway-stand.fixture';

const stand = useGatewayStand();

interface ConnectAnswer {
  status: number;
  body: {
    code?: string;
    message?: string;
    details?: { type: string; debug: Record<string, unknown> }[];
  } & Record<string, unknown>;
}

async function call(path: string, body: object, key?: string): Promise<ConnectAnswer> {
  const response = await stand.rpc(path, body, key);
  return { status: response.status, body: (await response.json()) as ConnectAnswer['body'] };
}

const detail = ({ body }: ConnectAnswer, type: string) =>
  body.details?.find((found) => found.type === `google.rpc.${type}`)?.debug;

describe('JSON for every public RPC', () => {
  test('calls the owner of the RPC and answers in canonical JSON', async () => {
    const { body } = await call('/weft.orchestrator.v1.AssistantService/GetAssistant', { name: 'docs' });
    expect(body).toEqual({ assistant: { name: 'docs', version: 3, createTime: '2023-11-14T22:13:20Z' } });
  });

  test("calls the gateway's own RPCs too", async () => {
    expect(
      (await call('/weft.gateway.v1.ApiKeyService/ListApiKeys', { page_size: 1 })).body['apiKeys'],
    ).toHaveLength(1);
  });

  test('has a route for every public RPC', () => {
    const missing = publicMethods().filter(
      ({ path }) => !stand.instance.http.routes.includes(`POST ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test('refuses every RPC to a key without the scope that its contract declares, and names that scope', async () => {
    const key = await stand.makeKey({ scopes: ['nothing:nothing'] });
    const answers = await Promise.all(publicMethods().map(async ({ path }) => call(path, {}, key)));
    const named = answers.map((answer) => [
      answer.status,
      (detail(answer, 'ErrorInfo')?.['metadata'] as { scope?: string }).scope,
    ]);
    expect(named).toEqual(publicMethods().map(({ scope }) => [403, scope]));
  });

  test('lets every RPC in with the one scope that its contract declares', async () => {
    const scopes = [...new Set(publicMethods().map(({ scope }) => scope))];
    const keys = new Map(
      await Promise.all(
        scopes.map(async (scope) => [scope, await stand.makeKey({ scopes: [scope] })] as const),
      ),
    );
    const answers = await Promise.all(
      publicMethods().map(({ path, scope }) => call(path, {}, keys.get(scope))),
    );
    const refused = publicMethods().filter((_method, index) => [401, 403].includes(answers[index]!.status));
    expect(refused).toEqual([]);
  });

  test("tells an error's reason", async () => {
    const answer = await call('/weft.orchestrator.v1.AssistantService/GetAssistant', { name: 'nobody' });
    expect([answer.status, answer.body.code, detail(answer, 'ErrorInfo')?.['reason']]).toEqual([
      404,
      'not_found',
      'ASSISTANT_NOT_FOUND',
    ]);
  });

  test('names an unknown field', async () => {
    const answer = await call('/weft.orchestrator.v1.AssistantService/GetAssistant', {
      name: 'docs',
      nonsense: 1,
    });
    expect([answer.status, detail(answer, 'BadRequest')?.['fieldViolations']]).toEqual([
      400,
      [expect.objectContaining({ field: 'nonsense' })],
    ]);
  });

  test('names a field that breaks a rule of its contract', async () => {
    const answer = await call('/weft.orchestrator.v1.AssistantService/GetAssistant', {});
    expect([answer.status, detail(answer, 'BadRequest')?.['fieldViolations']]).toEqual([
      400,
      [expect.objectContaining({ field: 'name' })],
    ]);
  });

  test('says which RPC answers whole what one streams', async () => {
    const { body } = await call('/weft.orchestrator.v1.ChatService/StreamChat', {});
    expect(body).toMatchObject({
      code: 'unimplemented',
      message: expect.stringContaining('Call /weft.orchestrator.v1.ChatService/Chat, or use gRPC.'),
    });
  });

  test('says that gRPC is the way where no RPC answers whole', async () => {
    expect((await call('/weft.logging.v1.RecordService/TailRecords', {})).body.message).toContain(
      'Use gRPC.',
    );
  });

  test("keeps to the client's timeout", async () => {
    stand.orchestrator.chat = (_request, context) =>
      new Promise((_resolve, reject) =>
        context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)),
      );
    const response = await fetch(`${stand.httpUrl}/weft.orchestrator.v1.ChatService/Chat`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${stand.adminKey}`,
        'connect-timeout-ms': '50',
      },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'ROLE_USER', content: 'Hi' }] }),
    });
    expect([response.status, await response.json()]).toEqual([
      504,
      expect.objectContaining({ code: 'deadline_exceeded' }),
    ]);
  });
});
