// Holds the SDKs to what is said of them: READMEs of one structure whose code is that of the examples, which tests run, and one version.
// The last line says how many checks passed.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const languages = {
  go: { examples: 'example', fence: 'go', version: ['dial.go', /"weft-sdk-go\/([^"]+)"/] },
  java: {
    examples: 'src/test/java/com/weft/example',
    fence: 'java',
    version: ['src/main/java/com/weft/client/WeftClient.java', /"weft-sdk-java\/([^"]+)"/],
  },
  python: { examples: 'examples', fence: 'python', version: ['pyproject.toml', /^version = "([^"]+)"/m] },
  typescript: { examples: 'examples', fence: 'ts', version: ['package.json', /"version": "([^"]+)"/] },
};
const version = JSON.parse(read('..', 'package.json')).version;
const headings = (language) => read(language, 'README.md').match(/^## .*$/gm);
let passed = 0;
let failed = 0;

for (const [language, { examples, fence, version: place }] of Object.entries(languages)) {
  check(`${language}: the README has the structure of the others`, () =>
    assert.deepEqual(headings(language), headings('go')),
  );
  check(`${language}: the README's code is that of the examples`, () => {
    const blocks = [
      ...read(language, 'README.md').matchAll(new RegExp(`^\`\`\`${fence}\n(.*?)^\`\`\``, 'gms')),
    ];
    assert.ok(blocks.length >= 4, `there are ${blocks.length} blocks of code`);
    const programs = exampleFiles(language, examples).map((file) => lines(read(language, examples, file)));
    for (const [, code] of blocks)
      assert.ok(
        programs.some((program) => isPartOf(lines(code), program)),
        `no example has\n${code}`,
      );
  });
  check(`${language}: the version is the repository's`, () => {
    const [file, pattern] = place;
    assert.equal(pattern.exec(read(language, file))?.[1], version);
  });
}
check("java: the pom's version and the README's are the repository's", () => {
  for (const file of ['pom.xml', 'README.md'])
    assert.match(
      read('java', file),
      new RegExp(
        `<artifactId>weft-client</artifactId>\\s*<version>${version.replaceAll('.', '\\.')}</version>`,
      ),
    );
});
console.log(`sdks: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

function check(name, holds) {
  try {
    holds();
    passed += 1;
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    failed += 1;
  }
}

function exampleFiles(language, folder) {
  const entries = readdirSync(join(import.meta.dirname, language, folder), { recursive: true });
  return entries.filter((file) => /\.(go|java|py|mts)$/.test(file));
}

/** Whether a program has these lines, all indented by as much more. */
function isPartOf(code, program) {
  return program.some((line, start) => {
    const indent = line.slice(0, line.length - line.trimStart().length);
    return code.every((wanted, index) => program[start + index] === (wanted === '' ? '' : indent + wanted));
  });
}

function lines(text) {
  return text.trimEnd().split('\n');
}

function read(...path) {
  return readFileSync(join(import.meta.dirname, ...path), 'utf8');
}
