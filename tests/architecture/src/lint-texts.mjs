// Lints texts as if they were the content of files. Reads [{ file, text }] on stdin; writes the rules that fired for each on stdout.
import { readFileSync } from 'node:fs';

process.env.NX_DAEMON = 'false';
process.env.NX_ISOLATE_PLUGINS = 'false';

const { createProjectGraphAsync } = await import('@nx/devkit');
const { ESLint } = await import('eslint');

// The rule on module boundaries reads the graph that this leaves in Nx's cache, and says nothing where there is none.
await createProjectGraphAsync();

// What needs the types of a whole project is not looked at here, and takes most of the time.
const untyped = {
  files: ['**/*.ts'],
  languageOptions: { parserOptions: { projectService: false } },
  rules: {
    '@typescript-eslint/no-floating-promises': 'off',
    '@typescript-eslint/no-misused-promises': 'off',
  },
};

const eslint = new ESLint({ overrideConfig: [untyped] });
const rules = [];
for (const { file, text } of JSON.parse(readFileSync(0, 'utf8'))) {
  const [result] = await eslint.lintText(text, { filePath: file });
  rules.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(rules), () => process.exit(0));
