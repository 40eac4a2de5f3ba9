import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { fetchK8sTools } from '../../tools/repo/fetch-k8s-tools.mjs';
import { root } from './render.mjs';

// The ajv of the tool service: the one at the root, which other packages brought, is an old one.
const { default: Ajv } = createRequire(join(root, 'services', 'tool', 'package.json'))('ajv/dist/2020');

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });
const tools = fetchK8sTools();
ajv.addSchema(readJson('_definitions.json'), '/api/_definitions.json');
const validators = new Map([...kubernetesKinds(), ...customKinds()]);

/** What is wrong with an object by the schema of its kind; a kind without one is wrong as well. */
export function schemaProblems(object) {
  const name = `${object.apiVersion} ${object.kind}`;
  const validator = validators.get(name);
  const label = `${object.kind} ${object.metadata?.name}`;
  if (validator === undefined) return [`${label}: there is no schema of ${name}`];
  const validate = validator();
  if (validate(object)) return [];
  return validate.errors.map(
    ({ instancePath, message, params }) => `${label}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** The kinds that Kubernetes itself defines: each has a file that says for which apiVersion and kind it is. */
function kubernetesKinds() {
  const kinds = readJson('_definitions.json').$defs;
  return Object.values(kinds).flatMap((definition) =>
    (definition['x-kubernetes-group-version-kind'] ?? []).map(({ group, version, kind }) => [
      `${group === '' ? version : `${group}/${version}`} ${kind}`,
      once(() => ajv.compile(definitionOf(kinds, definition))),
    ]),
  );
}

function definitionOf(kinds, definition) {
  const [name] = Object.entries(kinds).find(([, other]) => other === definition);
  return { $ref: `/api/_definitions.json#/$defs/${name}`, required: ['apiVersion', 'kind', 'metadata'] };
}

/** The kinds of custom resource definitions, by the schema that the API server would hold objects against. */
function customKinds() {
  return definitions().flatMap(({ spec }) =>
    spec.versions.map(({ name, schema }) => [
      `${spec.group}/${name} ${spec.names.kind}`,
      once(() => ajv.compile(rootSchema(withoutGoPatterns(schema.openAPIV3Schema)))),
    ]),
  );
}

/** The definitions of those custom resources that some of these objects are. */
export function customDefinitions(objects) {
  const used = new Set(objects.map(({ apiVersion, kind }) => `${apiVersion.split('/')[0]} ${kind}`));
  return definitions().filter(({ spec }) => used.has(`${spec.group} ${spec.names.kind}`));
}

function definitions() {
  return readdirSync(tools.definitions).flatMap((file) =>
    parseAllDocuments(readFileSync(join(tools.definitions, file), 'utf8'))
      .map((document) => document.toJS())
      .filter((definition) => definition?.kind === 'CustomResourceDefinition'),
  );
}

/** Patterns with flags inside are of Go's regular expressions, and none of JavaScript's. */
function withoutGoPatterns(schema) {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'pattern' && typeof value === 'string' && value.includes('(?i)') ? undefined : value,
  );
}

function rootSchema(schema) {
  const { properties, ...rest } = closed(schema);
  const metadata = { $ref: '/api/_definitions.json#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
  const name = { type: 'string' };
  return {
    ...rest,
    properties: { ...properties, apiVersion: name, kind: name, metadata },
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
  };
}

/** A structural schema as JSON Schema in which a field that there is not is an error; the API server would drop it without a word. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties, additionalProperties, items, nullable, ...rest } = schema;
  const result = { ...rest };
  if (schema['x-kubernetes-int-or-string']) delete result.type;
  if (nullable && typeof result.type === 'string') result.type = [result.type, 'null'];
  if (items !== undefined) result.items = closed(items);
  if (properties !== undefined)
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, closed(value)]),
    );
  if (additionalProperties !== undefined)
    result.additionalProperties =
      typeof additionalProperties === 'object' ? closed(additionalProperties) : additionalProperties;
  else if (properties !== undefined && !schema['x-kubernetes-preserve-unknown-fields'])
    result.additionalProperties = false;
  return result;
}

function once(make) {
  let made;
  return () => (made ??= make());
}

function readJson(file) {
  return JSON.parse(readFileSync(join(tools.kubernetesSchemas, file), 'utf8'));
}
