import { PassThrough } from 'node:stream';
import { createIngestProgress } from './ingest-progress';

/** A stream that says it is a terminal of 100 columns. */
function fakeTty(): PassThrough & { isTTY: boolean } {
  const columns = {
    isTTY: true,
    columns: 100,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  };
  return Object.assign(new PassThrough({ encoding: 'utf8' }), columns);
}

it('draws a bar where a person watches', () => {
  const out = fakeTty();
  const progress = createIngestProgress({ out, error: new PassThrough() }, 2);
  progress.done({ kind: 'created', uri: 'a.md' });
  progress.done({ kind: 'failed', uri: 'b.md', reason: 'R', message: 'M' });
  progress.close();
  expect(String(out.read())).toMatch(/100% \| 2\/2 \| 1 failed \| b\.md/);
});

it('writes no control sequences elsewhere', () => {
  const out = new PassThrough({ encoding: 'utf8' });
  const progress = createIngestProgress({ out, error: new PassThrough() }, 1);
  progress.done({ kind: 'created', uri: 'a\u001b[2J.md' });
  progress.close();
  expect(out.read()).toBe('[1/1] created a[2J.md\n');
});
