import { doorMethods } from '../door/door-methods';
import { type FakeDoor, startFakeDoor } from '../fake-door.fixture';
import { weft } from '../weft-command.fixture';

let door: FakeDoor;

beforeEach(async () => {
  door = await startFakeDoor();
});
afterEach(() => door.close());

const ingestion = {
  id: 'i1',
  collection: 'docs',
  state: 'INGESTION_STATE_RUNNING',
  documentCount: 3,
  pending: 2,
  createTime: '2026-01-02T03:04:05Z',
};

it('lists ingestions of a collection', async () => {
  door.on(doorMethods.listIngestions, { ingestions: [ingestion] });
  const { out } = await weft(['ingestions', 'list', '-c', 'docs'], { url: door.url });
  expect([out.split('\n')[1]?.split(/\s+/), door.seen(doorMethods.listIngestions)[0]?.body]).toEqual([
    ['i1', 'running', 'docs', '3', '2', '0', '2026-01-02T03:04:05Z'],
    expect.objectContaining({ collection: 'docs' }),
  ]);
});

it('cancels an ingestion and says how it stands', async () => {
  door.on(doorMethods.cancelIngestion, { ingestion: { ...ingestion, state: 'INGESTION_STATE_CANCELLED' } });
  const end = await weft(['ingestions', 'cancel', 'i1'], { url: door.url });
  expect([end.exitCode, end.out]).toEqual([0, 'i1 cancelled\n']);
});
