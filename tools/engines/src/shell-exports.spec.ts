import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { shellExports } from './shell-exports';

it('prints what a shell takes exactly as it is', () => {
  const text = fc.string({ unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(text, text, (databaseUrl, natsUrl) => {
      const script = `${shellExports({ databaseUrl, natsUrl })}\nprintf '%s|%s' "$WEFT_DATABASE_URL" "$WEFT_NATS_URL"`;
      return execFileSync('sh', ['-c', script], { encoding: 'utf8' }) === `${databaseUrl}|${natsUrl}`;
    }),
    { numRuns: 50, examples: [['it\'s $HOME `id` \\ "', '!']] },
  );
});

it('names the variables that weft reads', () => {
  expect(shellExports({ databaseUrl: 'postgres://d', natsUrl: 'nats://n' })).toBe(
    "export WEFT_DATABASE_URL='postgres://d'\nexport WEFT_NATS_URL='nats://n'",
  );
});
