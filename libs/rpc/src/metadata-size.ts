import { type Metadata } from 'nice-grpc-common';
import { metadataTooLarge } from './client-error';

/** The most bytes of metadata that a call may carry: 100 KiB killed sibling streams on one connection of grpc-js. */
export const metadataBytesMax = 8192;

export const metadataLimitMessage = `Metadata must have at most ${metadataBytesMax} bytes.`;

/** @throws WeftError RESOURCE_EXHAUSTED `METADATA_TOO_LARGE` */
export function checkMetadataSize(metadata: Metadata): void {
  let bytes = 0;
  for (const [key, values] of metadata) bytes += entryBytes(key, values);
  if (bytes > metadataBytesMax) throw metadataTooLarge(metadataLimitMessage);
}

/** The bytes of one entry on the wire, where binary values are base64. */
export function entryBytes(key: string, values: readonly (string | Uint8Array)[]): number {
  let bytes = 0;
  for (const value of values) {
    bytes += key.length + (typeof value === 'string' ? value.length : Math.ceil((value.length * 4) / 3));
  }
  return bytes;
}
