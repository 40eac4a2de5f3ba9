import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';

/* eslint-disable @typescript-eslint/no-explicit-any -- what is loaded from an image has no types */

const image = join(__dirname, '..', '..', '..', '..', 'proto', 'releases', '0.1.0.binpb');

/** The contracts of the last release, as whoever was built with them knows them. */
export function releasedContracts(): any {
  const definition = loadFileDescriptorSetFromBuffer(readFileSync(image), {
    longs: Number,
    enums: String,
    oneofs: true,
    defaults: true,
  });
  return (grpc.loadPackageDefinition(definition) as any).weft;
}

/** Calls a unary method. */
export function unary(client: any, method: string, request: object, metadata: grpc.Metadata): Promise<any> {
  return new Promise((resolve, reject) => {
    client[method](request, metadata, (error: grpc.ServiceError | null, response: any) =>
      error === null ? resolve(response) : reject(error),
    );
  });
}

/** Calls a method that streams; resolves with all that came. */
export function stream(
  client: any,
  method: string,
  request: object,
  metadata: grpc.Metadata,
): Promise<any[]> {
  return new Promise((resolve, reject) => {
    const messages: any[] = [];
    client[method](request, metadata)
      .on('data', (message: any) => messages.push(message))
      .on('error', reject)
      .on('end', () => resolve(messages));
  });
}
