import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { filesIn, workspaceRoot } from './workspace';

const boundaries = '@nx/enforce-module-boundaries';
const importing = (name: string) => `import * as imported from '${name}';\n\nexport const used = imported;\n`;
const environment = "export const used = process.env['WEFT_HOST'];\n";
const specOfService = filesIn('services/prompt/src').find((file) => file.endsWith('.spec.ts'))!;

/** What must fail, by the rule that must say so, and what must pass. The files are real: lint knows no others. */
const cases = [
  {
    what: 'a service that imports another service',
    file: 'services/prompt/src/service.ts',
    text: importing('@weft/llm'),
    rules: [boundaries],
  },
  {
    what: 'a service that reaches into another by path',
    file: 'services/prompt/src/service.ts',
    text: importing('../../llm/src/service'),
    rules: [boundaries],
  },
  {
    what: 'a service that imports an app',
    file: 'services/prompt/src/service.ts',
    text: importing('@weft/standalone'),
    rules: [boundaries],
  },
  {
    what: 'a lib that imports a service',
    file: 'libs/rpc/src/index.ts',
    text: importing('@weft/prompt'),
    rules: [boundaries],
  },
  {
    what: 'the errors that import anything',
    file: 'libs/errors/src/index.ts',
    text: importing('@weft/runtime'),
    rules: [boundaries],
  },
  {
    what: 'rpc that imports the database',
    file: 'libs/rpc/src/index.ts',
    text: importing('@weft/postgres'),
    rules: [boundaries],
  },
  {
    what: 'the database that imports rpc',
    file: 'libs/postgres/src/index.ts',
    text: importing('@weft/rpc'),
    rules: [boundaries],
  },
  {
    what: 'code that imports what tests share',
    file: 'services/prompt/src/service.ts',
    text: importing('@weft/testing'),
    rules: ['no-restricted-imports'],
  },
  {
    what: 'code that imports the fake provider',
    file: 'services/llm/src/service.ts',
    text: importing('@weft/fake-provider'),
    rules: ['no-restricted-imports'],
  },
  {
    what: 'code that imports a fixture of tests',
    file: 'services/logging/src/service.ts',
    text: importing('./logging-stand.fixture'),
    rules: ['no-restricted-imports'],
  },
  {
    what: 'the environment, read by a service',
    file: 'services/prompt/src/service.ts',
    text: environment,
    rules: ['no-restricted-syntax'],
  },
  {
    what: 'the environment, read by a lib',
    file: 'libs/rpc/src/index.ts',
    text: environment,
    rules: ['no-restricted-syntax'],
  },
  {
    what: 'the environment, read in config.ts',
    file: 'services/prompt/src/config.ts',
    text: environment,
    rules: [],
  },
  {
    what: 'a service that imports a lib',
    file: 'services/prompt/src/service.ts',
    text: importing('@weft/rpc'),
    rules: [],
  },
  {
    what: 'rpc that imports the runtime',
    file: 'libs/rpc/src/index.ts',
    text: importing('@weft/runtime'),
    rules: [],
  },
  {
    what: 'an app that imports a service',
    file: 'apps/standalone/src/services.ts',
    text: importing('@weft/prompt'),
    rules: [],
  },
  {
    what: 'a test that imports what tests share',
    file: specOfService,
    text: importing('@weft/testing'),
    rules: [],
  },
];

describe('lint', () => {
  let fired: string[][];

  beforeAll(() => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(workspaceRoot, 'tests/architecture/src/lint-texts.mjs')],
      {
        cwd: workspaceRoot,
        input: JSON.stringify(cases.map(({ file, text }) => ({ file: join(workspaceRoot, file), text }))),
        encoding: 'utf8',
      },
    );
    if (stdout === '') throw new Error(`ESLint did not answer: ${stderr}`);
    fired = JSON.parse(stdout) as string[][];
  }, 120_000);

  it.each(
    cases.map(({ what, rules }, index) => ({
      what,
      rules,
      index,
      verdict: rules.length > 0 ? 'refuses' : 'lets pass',
    })),
  )('$verdict $what', ({ rules, index }) => {
    expect(fired[index]).toEqual(rules);
  });
});
