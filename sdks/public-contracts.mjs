// Writes sdks/.generated/public.binpb: the public contracts as a Buf image (which is a google.protobuf.FileDescriptorSet too).
// Kept are the RPCs that applications may call, what those need, and every comment. Left out are internal RPCs and messages, and
// weft's own options: they are what weft enforces, and generated code needs nothing of them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createFileRegistry, fromBinary, getExtension, hasExtension, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const root = dirname(import.meta.dirname);
const folder = join(import.meta.dirname, '.generated');
const image = join(folder, 'public.binpb');
const buf = join(root, 'node_modules', '.bin', 'buf');
const optionsPackage = 'weft.options.v1';

mkdirSync(folder, { recursive: true });
const whole = build();
const methods = publicMethods(whole);
const kept = build(...methods.flatMap((method) => ['--type', method]));
const onlyForOptions = new Set(['google/protobuf/descriptor.proto', 'weft/options/v1/options.proto']);
kept.file = kept.file.filter(({ name }) => !onlyForOptions.has(name));
for (const file of kept.file) {
  removeImport(file);
  for (const method of file.service.flatMap((service) => service.method)) removeWeftOptions(method);
  for (const message of file.messageType) removeOptionsOfFields(message);
}
// Renamed into place: whoever reads it meanwhile gets the one before, whole.
const written = `${image}.${process.pid}`;
writeFileSync(written, toBinary(FileDescriptorSetSchema, kept));
renameSync(written, image);
console.log(`${methods.length} public RPCs in ${relative(root, image)}`);

/** The image of proto/, or of what the given types need of it. */
function build(...types) {
  const file = join(folder, `whole.${process.pid}.binpb`);
  try {
    execFileSync(buf, ['build', 'proto', '-o', file, ...types], { cwd: root, stdio: 'inherit' });
    return fromBinary(FileDescriptorSetSchema, readFileSync(file));
  } finally {
    rmSync(file, { force: true });
  }
}

/** The full names of the RPCs that say `exposure: EXPOSURE_PUBLIC`. */
function publicMethods(set) {
  const registry = createFileRegistry(set);
  const policy = registry.getExtension(`${optionsPackage}.method`);
  const exposurePublic = registry.getEnum(`${optionsPackage}.Exposure`).values.find(isPublic).number;
  const services = [...registry].filter(({ kind }) => kind === 'service');
  return services.flatMap(({ methods, typeName }) =>
    methods
      .filter(({ proto: { options } }) => options !== undefined && hasExtension(options, policy))
      .filter(({ proto: { options } }) => getExtension(options, policy).exposure === exposurePublic)
      .map(({ name }) => `${typeName}.${name}`),
  );
}

function isPublic({ name }) {
  return name === 'EXPOSURE_PUBLIC';
}

function removeImport(file) {
  const index = file.dependency.findIndex((path) =>
    path.startsWith(`${optionsPackage.replaceAll('.', '/')}/`),
  );
  if (index < 0) return;
  file.dependency.splice(index, 1);
  const shifted = (indices) => indices.filter((at) => at !== index).map((at) => (at > index ? at - 1 : at));
  file.publicDependency = shifted(file.publicDependency);
  file.weakDependency = shifted(file.weakDependency);
}

function removeOptionsOfFields(message) {
  for (const field of message.field) removeWeftOptions(field);
  for (const nested of message.nestedType) removeOptionsOfFields(nested);
}

/** The options of descriptor.proto stay; ours are extensions, which a reader that does not know them keeps as unknown fields. */
function removeWeftOptions(descriptor) {
  if (descriptor.options === undefined) return;
  delete descriptor.options.$unknown;
}
