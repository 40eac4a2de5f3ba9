import {
  createFileRegistry,
  type DescMethod,
  type FileRegistry,
  fromBinary,
  getOption,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorImageBase64 } from '@weft/contracts';
import { internal } from '@weft/errors';

/** How often a call may be made: `none` means that a repetition may do harm. */
export type Idempotency = 'none' | 'idempotent' | 'no_side_effects';

/** What a method's contract says of its use. */
export interface MethodPolicy {
  /** The method's path, `/<package>.<Service>/<Method>`. */
  path: string;
  /** The package's domain, such as `retrieval` for `weft.retrieval.v1`. */
  domain: string;
  exposure: 'public' | 'internal';
  /** The scope a caller needs. */
  scope: string;
  /** The deadline when the caller sets none, and the longest it may set, in milliseconds. */
  deadlineMs: number;
  idempotency: Idempotency;
  kind: DescMethod['methodKind'];
  descriptor: DescMethod;
}

let registry: FileRegistry | undefined;
let policies: Map<string, MethodPolicy> | undefined;

/** Every contract, with its options. */
export function contractRegistry(): FileRegistry {
  registry ??= createFileRegistry(
    fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorImageBase64, 'base64')),
  );
  return registry;
}

/** The policy of every method of weft's contracts, by path. */
export function methodPolicies(): ReadonlyMap<string, MethodPolicy> {
  policies ??= new Map(
    [...contractRegistry()]
      .filter((descriptor) => descriptor.kind === 'service')
      .flatMap((service) => service.methods)
      .map((method) => [methodPath(method), readPolicy(method)]),
  );
  return policies;
}

/** The policy of one method; undefined when no contract of weft has it. */
export function methodPolicy(path: string): MethodPolicy | undefined {
  return methodPolicies().get(path);
}

/** The domain of a path or a full service name: `retrieval` for `/weft.retrieval.v1.SearchService/SearchDocuments`. */
export function domainOf(name: string): string {
  const domain = /^\/?weft\.([a-z]+)\.v\d+\./.exec(name)?.[1];
  if (domain === undefined) throw internal(`'${name}' is not of a weft contract`);
  return domain;
}

function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function readPolicy(method: DescMethod): MethodPolicy {
  const path = methodPath(method);
  const extension = contractRegistry().getExtension('weft.options.v1.method');
  const declared = extension && (getOption(method, extension) as unknown as DeclaredPolicy);
  if (!declared?.deadline || declared.exposure === 0 || declared.scope === '') {
    throw internal(`${path} does not declare exposure, scope and deadline`);
  }
  return {
    path,
    domain: domainOf(path),
    exposure: declared.exposure === 1 ? 'public' : 'internal',
    scope: declared.scope,
    deadlineMs: Number(declared.deadline.seconds) * 1000 + declared.deadline.nanos / 1e6,
    idempotency: (['none', 'no_side_effects', 'idempotent'] as const)[method.idempotency] ?? 'none',
    kind: method.methodKind,
    descriptor: method,
  };
}

interface DeclaredPolicy {
  exposure: number;
  scope: string;
  deadline?: { seconds: bigint; nanos: number };
}
