import { createHash } from 'node:crypto';
import { type FieldViolation, invalidFields } from '@weft/errors';
import { type Metadata } from './document';
import { jsonText } from './json-text';

const metadataLengthMax = 65_536;

/** A document as a caller gives it. */
export interface DocumentInput {
  uri: string;
  content: Uint8Array;
  /** Empty is told from the uri and the content. */
  mediaType: string;
  /** Empty is found in the content. */
  title: string;
  metadata: Metadata;
}

/** A document to ingest, with what it is known by. */
export interface DocumentDraft extends DocumentInput {
  /** SHA-256 of the content in hexadecimal. */
  contentHash: string;
  /** Digest of everything it is given with. */
  fingerprint: string;
}

/** What is known of a document besides its content. */
export type DocumentFacts = Pick<
  DocumentDraft,
  'uri' | 'mediaType' | 'title' | 'metadata' | 'contentHash'
> & { sizeBytes: number };

/** What is known of a draft besides its content. */
export function factsOf({
  uri,
  mediaType,
  title,
  metadata,
  contentHash,
  content,
}: DocumentDraft): DocumentFacts {
  return { uri, mediaType, title, metadata, contentHash, sizeBytes: content.byteLength };
}

/** Digests a document. Metadata count as the same whatever the order of their keys. */
export function draftOf(input: DocumentInput): DocumentDraft {
  const contentHash = createHash('sha256').update(input.content).digest('hex');
  const facts = [contentHash, input.mediaType, input.title, sortedKeys(input.metadata)];
  const fingerprint = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  return { ...input, contentHash, fingerprint };
}

/**
 * @param path of the inputs in the request
 * @throws WeftError INVALID_ARGUMENT for what can never be stored, naming each field
 */
export function checkInputs(inputs: readonly DocumentInput[], path: string): void {
  const violations = inputs.flatMap((input, index) => violationsOf(input, `${path}[${index}]`));
  if (violations.length > 0) throw invalidFields(violations);
}

function violationsOf(input: DocumentInput, path: string): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (/\p{Cc}/u.test(input.uri) || !input.uri.isWellFormed()) {
    violations.push({ field: `${path}.uri`, description: 'must not contain control characters' });
  }
  const metadata = jsonText(input.metadata);
  if ('problem' in metadata) violations.push({ field: `${path}.metadata`, description: metadata.problem });
  else if (metadata.text.length > metadataLengthMax) {
    const description = `must have at most ${metadataLengthMax} characters as JSON, has ${metadata.text.length}`;
    violations.push({ field: `${path}.metadata`, description });
  }
  return violations;
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, part]) => [key, sortedKeys(part)]);
}
