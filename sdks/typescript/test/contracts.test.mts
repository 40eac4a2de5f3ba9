// What must hold for any public contract, told by the image that the SDK was generated from.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileRegistry, type DescFile, type DescService, fromBinary } from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as sdk from '@weft/sdk';

const generated = join(import.meta.dirname, '..', '..', '.generated');
const image = readFileSync(join(generated, 'public.binpb'));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
const publicServices = [...registry].filter((type): type is DescService => type.kind === 'service');
const publicMethods = publicServices.flatMap(({ methods }) => methods);

/** Everything that the SDK exports. */
const exportedTypes = Object.values(sdk).flatMap((domain) =>
  typeof domain === 'object' ? (Object.values(domain) as { kind?: unknown }[]) : [],
);

/** The services that the SDK exports, by full name. */
const exported = new Map(
  exportedTypes
    .filter((type): type is DescService => type?.kind === 'service')
    .map((service) => [service.typeName, service]),
);

test('every public RPC is a method of its service', () => {
  const weft = new sdk.Weft('127.0.0.1:1', 'key', { plaintext: true });
  const missing = publicMethods.filter(({ localName, parent }) => {
    const service = exported.get(parent.typeName);
    const client = service === undefined ? {} : (weft.service(service) as Record<string, unknown>);
    return typeof client[localName] !== 'function';
  });
  weft.close();
  assert.deepEqual([missing.map(String), publicMethods.length > 0], [[], true]);
});

test('nothing internal is in the package', () => {
  const list = readFileSync(join(generated, 'internal-names.json'), 'utf8');
  const internal = JSON.parse(list) as string[];
  const types = exportedTypes
    .filter((type): type is DescFile => type?.kind === 'file')
    .flatMap((file) => [...nestedTypes(file)]);
  const names = types.flatMap((type) =>
    type.kind === 'service'
      ? [type.typeName, ...type.methods.map(({ name }) => `${type.typeName}.${name}`)]
      : [type.typeName],
  );
  assert.deepEqual(
    names.filter((name) => internal.includes(name)),
    [],
  );
  assert.ok(internal.includes('weft.cache.v1.CacheService.LookupEntry'));
  assert.ok(names.includes('weft.cache.v1.CacheService.PurgeEntries'));
});

test('no line by hand names an RPC but those of chat', () => {
  const folder = join(import.meta.dirname, '..', 'src');
  const source = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    // The comments show an RPC or two.
    .map((text) => text.replaceAll(/\/\*\*.*?\*\//gs, ''))
    .join('\n');
  const named = publicMethods
    .filter(({ name, localName }) => new RegExp(`\\b(${name}|${localName})\\b`).test(source))
    .map(({ name }) => name);
  assert.deepEqual(named, ['Chat', 'StreamChat']);
});
