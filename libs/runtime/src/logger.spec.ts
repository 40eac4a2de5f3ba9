import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const runtime = JSON.stringify(join(__dirname, '..', 'dist', 'index.js'));
const errors = JSON.stringify(require.resolve('@weft/errors'));

/** What a process writes when it runs `body`, which sees `logger` and `WeftError`. */
function written(
  body: string,
  level = 'info',
): { stdout: string; lines: Record<string, unknown>[]; stderr: string } {
  const script = `
    const logger = require(${runtime}).createLogger({ level: '${level}', name: 'test' });
    const { WeftError } = require(${errors});
    ${body}
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const lines = stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { stdout, lines, stderr };
}

describe('createLogger', () => {
  it('writes a JSON line with level, time, name, fields and message to stderr', () => {
    const { lines } = written(`logger.info({ port: 8080 }, 'listening');`);
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        name: 'test',
        port: 8080,
        msg: 'listening',
      },
    ]);
  });

  it('leaves stdout to the ready line', () => {
    expect(written(`logger.error({}, 'bad');`).stdout).toBe('');
  });

  it('writes nothing below its level', () => {
    expect(written(`logger.info({}, 'chatter'); logger.warn({}, 'careful');`, 'warn').lines).toMatchObject([
      { msg: 'careful' },
    ]);
  });

  it('gives the fields of a child to each of its lines', () => {
    expect(written(`logger.child({ service: 'llm' }).info({}, 'ready');`).lines).toMatchObject([
      { service: 'llm' },
    ]);
  });

  it.each(['authorization', 'secret', 'apiKey', 'password', 'token'])(
    'does not write the field %s',
    (name) => {
      const { stderr } = written(`logger.info({ ${name}: 'canary', request: { ${name}: 'canary' } }, 'x');`);
      expect(stderr).not.toContain('canary');
    },
  );

  it('writes of an error its type, message, stack, code, reason and cause', () => {
    const { lines } = written(
      `logger.error({ err: new WeftError('UNAVAILABLE', 'DOWN', 'It is down.', { cause: new TypeError('no') }) }, 'x');`,
    );
    expect(lines[0]!['err']).toMatchObject({
      type: 'WeftError',
      message: 'It is down.',
      stack: expect.stringContaining('at '),
      code: 'UNAVAILABLE',
      reason: 'DOWN',
      cause: { type: 'TypeError', message: 'no' },
    });
  });

  it('writes nothing else of an error, such as the row that a database names', () => {
    const { stderr } = written(
      `logger.error({ err: Object.assign(new Error('duplicate'), { detail: 'canary', headers: { a: 'canary' } }) }, 'x');`,
    );
    expect(stderr).not.toContain('canary');
  });

  it('writes of a parser that failed where it was called, and not what it was given', () => {
    const { lines, stderr } = written(
      `try { JSON.parse('{"a": zyxq}'); } catch (cause) { logger.error({ err: new Error('no', { cause }) }, 'x'); }`,
    );
    expect([stderr.includes('zyxq'), lines[0]!['err']]).toMatchObject([
      false,
      { cause: { type: 'SyntaxError', stack: expect.stringMatching(/^ {4}at JSON.parse/) } },
    ]);
  });

  it('ends a chain of causes that goes in a circle', () => {
    const { lines } = written(`const a = new Error('a'); a.cause = a; logger.error({ err: a }, 'x');`);
    expect(lines).toHaveLength(1);
  });
});
