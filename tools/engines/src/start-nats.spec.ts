import { natsConfiguration } from './start-nats';

const what = { name: 'one', folder: '/data', port: 4222, options: {} };

it('listens on 127.0.0.1 alone', () => {
  expect(natsConfiguration(what)).toContain('listen: "127.0.0.1:4222"');
});

it('has JetStream in its folder', () => {
  expect(natsConfiguration(what)).toContain('jetstream {\n  store_dir: "/data"\n}');
});

it('writes every message through when told to', () => {
  expect(natsConfiguration({ ...what, options: { syncAlways: true } })).toContain('sync_interval: always');
});

it('does not when it is not told to', () => {
  expect(natsConfiguration(what)).not.toContain('sync_interval');
});

it('bounds streams in memory when told to', () => {
  expect(natsConfiguration({ ...what, options: { maxMemory: '64MB' } })).toContain('max_memory_store: 64MB');
});
