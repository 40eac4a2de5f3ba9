import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  type DescMethod,
  fromBinary,
  getOption,
  isFieldSet,
  ScalarType,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { descriptorImageBase64 } from './index';

/** The policy that a method's options declare. */
interface Policy {
  exposure: number;
  scope: string;
  deadline?: { seconds: bigint; nanos: number };
}

const exposed = { public: 1, internal: 2 };

const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorImageBase64, 'base64')),
);
const services = [...registry].filter((descriptor) => descriptor.kind === 'service');
const methods = services.flatMap((service) => service.methods);
const policyExtension = registry.getExtension('weft.options.v1.method')!;

const named = (some: DescMethod[]) =>
  some.map((method) => [`${method.parent.typeName}/${method.name}`, method] as const);
const policyOf = (method: DescMethod) => getOption(method, policyExtension) as unknown as Policy;
const isPublic = (method: DescMethod) => policyOf(method).exposure === exposed.public;
const fieldOf = (message: DescMessage, name: string): DescField | undefined =>
  message.fields.find((field) => field.name === name);
const scalarOf = (field: DescField | undefined) => (field?.fieldKind === 'scalar' ? field.scalar : undefined);

it('cover the eleven domains', () => {
  const domains = new Set(services.map(({ typeName }) => typeName.split('.')[1]));
  expect([...domains].sort()).toEqual([
    'cache',
    'embedding',
    'gateway',
    'llm',
    'logging',
    'memory',
    'orchestrator',
    'prompt',
    'retrieval',
    'safety',
    'tool',
  ]);
});

describe.each(named(methods))('%s', (_path, method) => {
  it('declares who may call it', () => {
    expect([exposed.public, exposed.internal]).toContain(policyOf(method).exposure);
  });

  it('declares the scope that a caller needs', () => {
    expect(policyOf(method).scope).not.toBe('');
  });

  it('declares a deadline of at most an hour', () => {
    const { deadline } = policyOf(method);
    const seconds = Number(deadline?.seconds ?? 0) + (deadline?.nanos ?? 0) / 1e9;
    expect(seconds > 0 && seconds <= 3600).toBe(true);
  });

  it('says how often it may be called, even where that is not known', () => {
    const { options } = method.proto;
    expect(options && isFieldSet(options, MethodOptionsSchema.field.idempotencyLevel)).toBe(true);
  });

  it('has a request and a response of its own', () => {
    expect([method.input.name, method.output.name]).toEqual([
      `${method.name}Request`,
      `${method.name}Response`,
    ]);
  });

  it('does not stream its requests alone, which no transport offers', () => {
    expect(method.methodKind).not.toBe('client_streaming');
  });
});

describe.each(named(methods.filter(isPublic)))('%s, which is public', (_path, method) => {
  it('needs a scope of the form noun:verb', () => {
    expect(policyOf(method).scope).toMatch(/^[a-z]+:[a-z]+$/);
  });
});

describe.each(named(methods.filter((method) => policyOf(method).exposure === exposed.internal)))(
  '%s, which is internal',
  (_path, method) => {
    it('needs a scope that no key can carry', () => {
      expect(policyOf(method).scope).toBe('internal');
    });
  },
);

describe.each(named(methods.filter(({ name }) => name.startsWith('List'))))(
  '%s, which lists',
  (_path, method) => {
    it('takes page_size and page_token', () => {
      const fields = ['page_size', 'page_token'].map((name) => scalarOf(fieldOf(method.input, name)));
      expect(fields).toEqual([ScalarType.INT32, ScalarType.STRING]);
    });

    it('returns its items in field 1 and next_page_token', () => {
      const items = method.output.fields.find(({ number }) => number === 1);
      const token = scalarOf(fieldOf(method.output, 'next_page_token'));
      expect([items?.fieldKind, token]).toEqual(['list', ScalarType.STRING]);
    });
  },
);

/** Streams whose responses are events of one kind or another. */
const eventStreams = methods.filter(
  ({ methodKind, output }) =>
    methodKind === 'server_streaming' && output.oneofs.some(({ name }) => name === 'event'),
);

describe.each(named(eventStreams))('%s, which streams events', (_path, method) => {
  it('numbers them in field 1', () => {
    const sequence = method.output.fields.find(({ number }) => number === 1);
    expect([sequence?.name, scalarOf(sequence)]).toEqual(['sequence', ScalarType.INT64]);
  });

  it('can say that it is completed', () => {
    expect(fieldOf(method.output, 'completed')?.oneof?.name).toBe('event');
  });
});

it('have streams of events to look at', () => {
  expect(eventStreams.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['StreamChat', 'StreamGenerate']),
  );
});

/** Every message that a request contains, itself included. */
function messagesWithin(message: DescMessage, seen = new Set<DescMessage>()): Set<DescMessage> {
  if (seen.has(message) || message.typeName.startsWith('google.protobuf.')) return seen;
  seen.add(message);
  for (const field of message.fields) if (field.message) messagesWithin(field.message, seen);
  return seen;
}

const rulesExtension = registry.getExtension('weft.options.v1.rules')!;

interface Rules {
  maxLength: number;
  maxBytes: number;
  maxItems: number;
  maxItemLength: number;
  pattern: string;
}

describe('every public request', () => {
  const requestMessages = new Set(
    methods.filter(isPublic).flatMap(({ input }) => [...messagesWithin(input)]),
  );
  const rulesOf = (field: DescField) => getOption(field, rulesExtension) as unknown as Rules;

  it('limits each of its texts', () => {
    const unlimited = [...requestMessages]
      .flatMap(({ fields }) => fields)
      .filter((field) => scalarOf(field) === ScalarType.STRING)
      .filter((field) => rulesOf(field).maxLength === 0 && rulesOf(field).pattern === '');
    expect(unlimited.map((field) => `${field.parent.typeName}.${field.name}`)).toEqual([]);
  });

  it('limits each of its byte strings', () => {
    const unlimited = [...requestMessages]
      .flatMap(({ fields }) => fields)
      .filter((field) => scalarOf(field) === ScalarType.BYTES && rulesOf(field).maxBytes === 0);
    expect(unlimited.map((field) => `${field.parent.typeName}.${field.name}`)).toEqual([]);
  });

  it('limits each of its lists and maps', () => {
    const unlimited = [...requestMessages]
      .flatMap(({ fields }) => fields)
      .filter(({ fieldKind }) => fieldKind === 'list' || fieldKind === 'map')
      .filter((field) => rulesOf(field).maxItems === 0);
    expect(unlimited.map((field) => `${field.parent.typeName}.${field.name}`)).toEqual([]);
  });

  it('limits each text of its lists', () => {
    const unlimited = [...requestMessages]
      .flatMap(({ fields }) => fields)
      .filter(
        (field) =>
          field.fieldKind === 'list' && field.listKind === 'scalar' && field.scalar === ScalarType.STRING,
      )
      .filter((field) => rulesOf(field).maxItemLength === 0 && rulesOf(field).pattern === '');
    expect(unlimited.map((field) => `${field.parent.typeName}.${field.name}`)).toEqual([]);
  });
});
