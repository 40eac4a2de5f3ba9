import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAtLeast } from './version-order';

/** compose.yaml by its lines: each service's block, without the comments. */
const text = readFileSync(join(__dirname, '..', '..', '..', 'compose.yaml'), 'utf8')
  .split('\n')
  .filter((line) => !line.trimStart().startsWith('#'))
  .join('\n');
const services = ['postgres', 'nats'].map((name) => ({
  name,
  block: new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, 'm').exec(text)?.[1] ?? '',
}));
const [postgres, nats] = services.map(({ block }) => block) as [string, string];

it('pins an image of PostgreSQL 18 with a pgvector that weft accepts', () => {
  const version = /image: pgvector\/pgvector:(\d+\.\d+\.\d+)-pg18$/m.exec(postgres)?.[1] ?? '0';
  expect(isAtLeast(version, '0.8.2')).toBe(true);
});

it('pins an image of NATS that weft accepts and that has a shell for the health check', () => {
  const version = /image: nats:(\d+\.\d+\.\d+)-alpine$/m.exec(nats)?.[1] ?? '0';
  expect(isAtLeast(version, '2.11.0')).toBe(true);
});

it('has JetStream on, in its volume', () => {
  expect(nats).toContain("command: ['--jetstream', '--store_dir', '/data'");
});

describe.each(services)('$name', ({ name, block }) => {
  it('publishes every port on 127.0.0.1 alone', () => {
    const ports = [...block.matchAll(/^ {6}- '(.*:\d+)'$/gm)].map(([, port]) => port);
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\$\{WEFT_[A-Z]+_PORT:-\d+\}:\d+$/)]);
  });

  it('says whether it is healthy', () => {
    expect(block).toMatch(/healthcheck:\n {6}test: \['CMD', /);
  });

  it('keeps its data in a volume with a name', () => {
    expect(block).toContain(`- ${name}:/`);
    expect(text).toMatch(new RegExp(`^volumes:\\n(?:  \\w+:\\n)*  ${name}:$`, 'm'));
  });
});

it('takes the password from the environment', () => {
  expect(postgres).toContain('POSTGRES_PASSWORD: ${WEFT_POSTGRES_PASSWORD:-');
});

it('is indented with spaces alone', () => {
  expect(text).not.toContain('\t');
});
