// Writes sdks/.generated/internal-names.json: the full names of everything in proto/ that no SDK may contain, for the tests that look.
// By another way than public-contracts.mjs takes: the whole contracts as JSON, and a walk from the public RPCs to what they need.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const folder = join(import.meta.dirname, '.generated');
const buf = join(root, 'node_modules', '.bin', 'buf');
const json = execFileSync(buf, ['build', 'proto', '--exclude-source-info', '-o', '-#format=json'], {
  cwd: root,
  maxBuffer: 64 * 1024 * 1024,
});

const types = new Map();
const services = [];
for (const file of JSON.parse(json).file) {
  if (!file.package.startsWith('weft.')) continue;
  addTypes(`.${file.package}`, file.messageType, file.enumType);
  for (const service of file.service ?? [])
    services.push({ fullName: `.${file.package}.${service.name}`, method: service.method });
}
const isPublic = ({ options }) => options?.['[weft.options.v1.method]']?.exposure === 'EXPOSURE_PUBLIC';
const needed = new Set();
for (const { method } of services)
  for (const { inputType, outputType } of method.filter(isPublic)) [inputType, outputType].forEach(need);
const internal = [
  ...[...types.keys()].filter((name) => !needed.has(name)),
  ...services.filter(({ method }) => !method.some(isPublic)).map(({ fullName }) => fullName),
  ...services.flatMap(({ fullName, method }) =>
    method.filter((each) => !isPublic(each)).map(({ name }) => `${fullName}.${name}`),
  ),
];
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, 'internal-names.json'),
  `${JSON.stringify(internal.map((name) => name.slice(1)).sort(), null, 2)}\n`,
);

/** Notes the types of a file or message by full name, with the names of the types of their fields. */
function addTypes(scope, messages = [], enums = []) {
  for (const { name } of enums) types.set(`${scope}.${name}`, []);
  for (const { name, field = [], nestedType, enumType } of messages) {
    const fullName = `${scope}.${name}`;
    types.set(
      fullName,
      field.map(({ typeName }) => typeName).filter((typeName) => typeName !== undefined),
    );
    addTypes(fullName, nestedType, enumType);
  }
}

/** A type is needed with the types of its fields, and with the message that it is declared in. */
function need(name) {
  if (needed.has(name) || !types.has(name)) return;
  needed.add(name);
  types.get(name).forEach(need);
  need(name.slice(0, name.lastIndexOf('.')));
}
