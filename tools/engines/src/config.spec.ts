import { loadEnginesConfig } from './config';

it('reads the engines that are given', () => {
  const env = { WEFT_DATABASE_URL: 'postgresql://h/d', WEFT_NATS_URL: 'tls://h', XDG_CACHE_HOME: '/c' };
  expect(loadEnginesConfig(env)).toEqual({
    databaseUrl: 'postgresql://h/d',
    natsUrl: 'tls://h',
    cacheHome: '/c',
  });
});

it('none is given when nothing is set', () => {
  expect(loadEnginesConfig({})).toEqual({ databaseUrl: undefined, natsUrl: undefined, cacheHome: undefined });
});

it.each([
  ['WEFT_DATABASE_URL', 'mysql://h/d'],
  ['WEFT_NATS_URL', 'http://h'],
])('refuses %s=%s', (variable, value) => {
  expect(() => loadEnginesConfig({ [variable]: value })).toThrow(variable);
});
