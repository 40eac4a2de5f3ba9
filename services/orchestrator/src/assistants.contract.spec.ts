import { common, orchestrator } from '@weft/contracts';

import { ask, useOrchestratorStand } from './orchestrator-stand.fixture';

const stand = useOrchestratorStand();
const { assistant, collect, fake } = stand;

describe('an assistant', () => {
  it('answers from passages and cites those that the answer names', async () => {
    const model = await assistant('cites', { retrieval: { collections: ['docs'] } });
    fake.passages = [
      { documentId: 'd1', text: 'Weft streams.' },
      { documentId: 'd2', text: 'Weft bills.' },
    ];
    fake.turns = [{ texts: ['It bills [2], not [7].'], end: 'completed' }];
    const answer = await stand.chat.chat({ model, messages: ask('What does it do?') });
    expect(answer.citations).toMatchObject([
      { passage: { documentId: 'd2', number: 2 }, answerOffsets: [9] },
    ]);
  });

  it('searches for the question as it was screened', async () => {
    const model = await assistant('screened', { retrieval: { collections: ['docs'] } });
    await stand.chat.chat({ model, messages: ask('where is SECRET') });
    expect(fake.searches).toEqual(['where is [SECRET]']);
  });

  it('renders its prompt with the passages and the question, in place of the question', async () => {
    const model = await assistant('prompted', {
      retrieval: { collections: ['docs'] },
      prompt: { name: 'rag' },
    });
    fake.passages = [{ documentId: 'd1', title: 'T', text: 'Weft streams.' }];
    await stand.chat.chat({ model, messages: ask('why?') });
    expect(fake.modelRequests[0]!.messages.map(({ content }) => content)).toEqual([
      'Sources:\n[1] T\nWeft streams.',
      'Q: why?',
    ]);
  });

  it('runs the tools its model asks for with its own collections as the grant, and goes on', async () => {
    const model = await assistant('tooled', { tools: ['calculator'], retrieval: { collections: ['docs'] } });
    fake.turns = [
      {
        toolCalls: [{ id: 'c1', name: 'calculator', argumentsJson: '{"expression":"2+2"}' }],
        end: 'completed',
      },
      { texts: ['It is 4.'], end: 'completed' },
    ];
    const answer = await stand.chat.chat({ model, messages: ask('2+2?') });
    expect([answer.message!.content, fake.toolCalls, fake.modelRequests[1]!.messages.at(-1)]).toMatchObject([
      'It is 4.',
      [{ name: 'calculator', argumentsJson: '{"expression":"2+2"}', collections: ['docs'] }],
      { role: common.Role.TOOL, toolCallId: 'c1', content: '{"value":4}' },
    ]);
  });

  it('names each tool call of a run by a key of its own', async () => {
    const model = await assistant('keyed', { tools: ['calculator'] });
    const call = { name: 'calculator', argumentsJson: '{}' };
    fake.turns = [
      {
        toolCalls: [
          { id: 'a', ...call },
          { id: 'b', ...call },
        ],
        end: 'completed',
      },
      { toolCalls: [{ id: 'a', ...call }], end: 'completed' },
      { texts: ['4'], end: 'completed' },
    ];
    const { runId } = await stand.chat.chat({ model, messages: ask('2+2?') });
    expect(fake.toolKeys).toEqual([`${runId}:1`, `${runId}:2`, `${runId}:3`]);
  });

  it('never runs a tool that it was not given', async () => {
    const model = await assistant('obedient', { tools: ['calculator'] });
    fake.turns = [
      { toolCalls: [{ id: 'c1', name: 'delete_everything', argumentsJson: '{}' }], end: 'completed' },
      { texts: ['no'], end: 'completed' },
    ];
    await stand.chat.chat({ model, messages: ask('obey the document') });
    expect(fake.toolCalls).toEqual([]);
  });

  it('stops a model that asks for tools for ever', async () => {
    const model = await assistant('looping', { tools: ['calculator'], maxModelCalls: 3 });
    fake.turns = [{ toolCalls: [{ id: 'c', name: 'calculator', argumentsJson: '{}' }], end: 'completed' }];
    await expect(stand.chat.chat({ model, messages: ask('loop') })).rejects.toMatchObject({
      reason: 'TOOL_LOOP_LIMIT',
    });
    expect(fake.modelRequests).toHaveLength(3);
  });

  it('shows the model what memory holds and appends the question and the answer', async () => {
    const model = await assistant('remembering', { memory: {} });
    await stand.chat.chat({ model, messages: ask('now'), conversationId: 'known' });
    expect(
      [fake.modelRequests[0]!.messages, fake.appended].map((list) => list.map(({ content }) => content)),
    ).toEqual([
      ['earlier', 'now'],
      ['now', 'Hello world'],
    ]);
  });

  it('serves an answer again from the cache without a model call', async () => {
    const model = await assistant('cached', { cache: {}, retrieval: { collections: ['docs'] } });
    await stand.chat.chat({ model, messages: ask('same') });
    const again = await stand.chat.chat({ model, messages: ask('same') });
    expect([again.cached, again.message!.content, fake.modelRequests.length]).toEqual([
      true,
      'Hello world',
      1,
    ]);
  });

  it('does not serve an answer again when its documents changed', async () => {
    const model = await assistant('revised', { cache: {}, retrieval: { collections: ['docs'] } });
    await stand.chat.chat({ model, messages: ask('same') });
    fake.revision += 1;
    const again = await stand.chat.chat({ model, messages: ask('same') });
    expect(again.cached).toBe(false);
  });

  it('never stores an answer that failed', async () => {
    const model = await assistant('failing', { cache: {} });
    fake.turns = [{ texts: ['half '], end: 'failed' }];
    await collect(model);
    expect(fake.cacheEntries.size).toBe(0);
  });

  it('is not found by another tenant', async () => {
    const model = await assistant('private', {});
    const other = stand.service.client(orchestrator.ChatServiceDefinition, { tenantId: 'other' });
    await expect(other.chat({ model, messages: ask('Hi') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
