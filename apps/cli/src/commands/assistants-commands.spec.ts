import { doorMethods } from '../door/door-methods';
import { type FakeDoor, startFakeDoor } from '../fake-door.fixture';
import { weft } from '../weft-command.fixture';

let door: FakeDoor;

beforeEach(async () => {
  door = await startFakeDoor();
});
afterEach(() => door.close());

describe('assistants create', () => {
  it('asks for what the options say', async () => {
    door.on(doorMethods.createAssistant, { assistant: { name: 'notes', version: 1 } });
    const options = [
      '--collection',
      'notes',
      '--collection',
      'wiki',
      '--tool',
      'calculator',
      '--model',
      'm1',
    ];
    await weft(['assistants', 'create', 'notes', ...options], { url: door.url });
    expect(door.requests[0]!.body).toEqual({
      name: 'notes',
      spec: { model: 'm1', tools: ['calculator'], retrieval: { collections: ['notes', 'wiki'] }, memory: {} },
    });
  });

  it('looks nowhere and takes the default model unless told', async () => {
    door.on(doorMethods.createAssistant, { assistant: { name: 'plain', version: 1 } });
    await weft(['assistants', 'create', 'plain'], { url: door.url });
    expect(door.requests[0]!.body).toEqual({ name: 'plain', spec: { model: 'default', memory: {} } });
  });
});

describe('assistants list', () => {
  it('shows each with its model and collections', async () => {
    door.on(doorMethods.listAssistants, {
      assistants: [
        { name: 'notes', version: 2, spec: { model: 'm1', retrieval: { collections: ['a', 'b'] } } },
      ],
    });
    const { out } = await weft(['assistants', 'list'], { url: door.url });
    expect(out).toMatch(/notes\s+2\s+m1\s+a b/);
  });
});
