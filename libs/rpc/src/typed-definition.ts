import { internal } from '@weft/errors';
import { type CompatServiceDefinition } from 'nice-grpc';

/** A message type as ts-proto generates it. */
export interface MessageType {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  fromPartial(message: unknown): unknown;
}

/** A method of a generated definition. */
export interface TypedMethod {
  path: string;
  requestStream: boolean;
  responseStream: boolean;
  requestType: MessageType;
  responseType: MessageType;
  options: { idempotencyLevel?: 'IDEMPOTENT' | 'NO_SIDE_EFFECTS' };
}

/** The methods of a generated definition, by the name of their handler. */
export function methodsOf(definition: CompatServiceDefinition): Record<string, TypedMethod> {
  const { fullName, methods } = definition as unknown as {
    fullName?: string;
    methods?: Record<string, GeneratedMethod>;
  };
  if (fullName === undefined || methods === undefined)
    throw internal('Only definitions of @weft/contracts can be used in-process');
  return Object.fromEntries(
    Object.entries(methods).map(([key, { name, ...method }]) => [
      key,
      { ...method, path: `/${fullName}/${name}` },
    ]),
  );
}

type GeneratedMethod = Omit<TypedMethod, 'path'> & { name: string };
