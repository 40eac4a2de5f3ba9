/*
 * Goal: what the image holds runs by itself.
 * Method: the bundle is made as the Dockerfile makes it, copied to a folder outside of the workspace, and every service is started there
 * with `node <service>.cjs`, as a user who may write nowhere, against real engines and a scripted provider.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startBundledWeft, runUntilItEnds } from './bundled-weft.mjs';
import { containerOf } from './objects.mjs';
import { render, root } from './render.mjs';

const { startFakeProvider } = createRequire(import.meta.url)('@weft/fake-provider');
const bundle = join(root, 'dist', 'bundle');

describe('the bundle of the services', () => {
  let provider;
  let weft;

  before(async () => {
    execFileSync(process.execPath, ['tools/repo/bundle-services.mjs'], { cwd: root, stdio: 'inherit' });
    provider = await startFakeProvider();
    weft = await startBundledWeft({ bundle, env: { OPENAI_BASE_URL: provider.baseUrl } });
  });

  after(async () => {
    await weft?.cleanUp();
    await provider?.close();
  });

  it('lies outside of every node_modules when it is tried', () => {
    const found = [];
    for (let folder = weft.app; folder !== dirname(folder); folder = dirname(folder))
      if (existsSync(join(folder, 'node_modules'))) found.push(folder);
    assert.deepEqual(found, []);
  });

  it('has an entry for every service', () => {
    assert.equal(weft.processes.length, 11);
  });

  it('gets every service ready with node alone', async () => {
    await Promise.all(weft.processes.map(({ ready }) => ready()));
    // A tenant of its own: the database may be one that was used before.
    const tenantId = `bundle-${randomBytes(4).toString('hex')}`;
    const key = { displayName: 'test', tenantId, scopes: ['*'] };
    weft.key = (await rpc(weft, '/weft.gateway.v1.ApiKeyService/CreateApiKey', key)).secret;
  });

  it('answers one chat through all eleven, with every part of an assistant', async () => {
    const { conversation } = await setUpAssistant(weft);
    provider.enqueue({ toolCalls: [{ id: 'c1', name: 'calculator', arguments: { expression: '6*7' } }] });
    provider.enqueue({ text: 'On Monday [1].' });
    const answer = await rpc(weft, '/v1/chat/completions', {
      model: 'assistant:all',
      messages: [{ role: 'user', content: 'When is the launch?' }],
      weft: { conversation_id: conversation.id },
    });
    assert.deepEqual(
      [answer.choices[0].message.content, answer.weft.citations.map(({ uri }) => uri)],
      ['On Monday [1].', ['launch.md']],
    );
  });

  it('brings both calls of the model to the ledger, by events', async () => {
    const isThere = async () =>
      (await rpc(weft, '/weft.logging.v1.UsageService/ListUsageRecords', {})).records?.length === 2 ||
      undefined;
    assert.equal(await eventually(isThere), true);
  });

  it('embeds with the built-in model, whose weights lie beside it', async () => {
    const { data } = await rpc(weft, '/v1/embeddings', { model: 'builtin-use-lite', input: 'a sentence' });
    assert.equal(data[0].embedding.length, 512);
  });

  it('ends every process with 0 on SIGTERM', async () => {
    const codes = await weft.stop();
    assert.deepEqual(Object.values(codes), Array(11).fill(0));
  });

  it('says what to set where there is no database', async () => {
    const { code, output } = await runUntilItEnds(weft.app, 'logging', {
      WEFT_IDENTITY_SECRET: 'x'.repeat(32),
      WEFT_INSECURE_TRANSPORT: 'true',
    });
    assert.deepEqual([code, /WEFT_DATABASE_URL: must be set/.test(output)], [1, true], output);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll(/\\\n\s*/g, '');
  const lines = dockerfile.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const instructions = lines.map((line) => line.split(/\s+/, 1)[0]);
  const runtime = lines.slice(instructions.lastIndexOf('FROM'));

  it('makes the bundle with the command that is tested here', () => {
    const commands = lines.filter((line) => line.startsWith('RUN ')).join(' && ');
    assert.match(commands, /npm run -s build && node tools\/repo\/bundle-services\.mjs/);
  });

  it('has instructions that there are alone', () => {
    const known = [
      'ARG',
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'ENV',
      'USER',
      'EXPOSE',
      'ENTRYPOINT',
      'CMD',
      'LABEL',
    ];
    assert.deepEqual(
      instructions.filter((instruction) => !known.includes(instruction)),
      [],
    );
  });

  it('takes nothing but the bundle into the image', () => {
    const copies = runtime.filter((line) => line.startsWith('COPY '));
    assert.deepEqual(copies, ['COPY --from=build /weft/dist/bundle/ ./']);
  });

  it('runs as the user that the manifests name', () => {
    assert.ok(runtime.includes('USER 65532:65532'));
  });

  it('exposes the ports that the manifests name', () => {
    const [gateway] = render(join(root, 'k8s', 'base', 'gateway')).filter(
      ({ kind }) => kind === 'Deployment',
    );
    const ports = containerOf(gateway).ports.map(({ containerPort }) => containerPort);
    assert.ok(runtime.includes(`EXPOSE ${ports.sort().join(' ')}`));
  });

  it('runs a service with node alone', () => {
    assert.deepEqual(runtime.slice(-2), ['ENTRYPOINT ["node"]', 'CMD ["gateway.cjs"]']);
  });
});

async function setUpAssistant(weft) {
  await rpc(weft, '/weft.retrieval.v1.CollectionService/CreateCollection', { name: 'notes' });
  await rpc(weft, '/weft.retrieval.v1.DocumentService/IngestDocuments', {
    collection: 'notes',
    documents: [
      { uri: 'launch.md', content: Buffer.from('# Launch\n\nThe launch is on Monday.').toString('base64') },
    ],
  });
  await rpc(weft, '/weft.prompt.v1.PromptService/CreatePrompt', {
    name: 'voice',
    messages: [{ role: 'ROLE_SYSTEM', template: 'Be brief.' }],
    labels: ['production'],
  });
  await rpc(weft, '/weft.orchestrator.v1.AssistantService/CreateAssistant', {
    name: 'all',
    spec: {
      model: 'fake-model',
      prompt: { name: 'voice' },
      retrieval: { collections: ['notes'] },
      tools: ['calculator'],
      memory: {},
      cache: {},
    },
  });
  return await rpc(weft, '/weft.memory.v1.ConversationService/CreateConversation', { title: 'launch' });
}

async function rpc({ httpUrl, adminKey, key = adminKey }, path, body) {
  const response = await globalThis.fetch(`${httpUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function eventually(look) {
  const endsAt = performance.now() + 20_000;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (performance.now() > endsAt) throw new Error('it did not come true within 20 s');
    await delay(50);
  }
}
