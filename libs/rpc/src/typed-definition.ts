import { internal } from '@weft/errors';
import { type CompatServiceDefinition } from 'nice-grpc';
import { type MessageType } from './message-codec';

/** A method of a generated definition. */
export interface TypedMethod {
  path: string;
  requestStream: boolean;
  responseStream: boolean;
  requestType: MessageType;
  responseType: MessageType;
}

type GeneratedMethod = Omit<TypedMethod, 'path'> & { name: string };

/** The methods of a generated definition, by the name of their handler. */
export function methodsOf(definition: CompatServiceDefinition): Record<string, TypedMethod> {
  const { fullName, methods } = definition as unknown as {
    fullName?: string;
    methods?: Record<string, GeneratedMethod>;
  };
  if (fullName === undefined || methods === undefined)
    throw internal('Clients and services are made of definitions of @weft/contracts');
  return Object.fromEntries(
    Object.entries(methods).map(([key, { name, ...method }]) => [
      key,
      { ...method, path: `/${fullName}/${name}` },
    ]),
  );
}
