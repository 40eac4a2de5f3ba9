import { natsWheel, postgresWheel } from './wheels';

const builds = [postgresWheel, natsWheel].flatMap((wheel) =>
  Object.entries(wheel.builds).map(([platform, build]) => ({ name: wheel.name, platform, ...build })),
);

it.each(builds)('$name for $platform has a digest pinned', ({ sha256 }) => {
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});

it('no two builds have one digest', () => {
  expect(new Set(builds.map(({ sha256 }) => sha256)).size).toBe(builds.length);
});
