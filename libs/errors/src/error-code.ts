/**
 * The canonical gRPC status codes an error can carry, by name, with their numbers.
 * Source: https://grpc.io/docs/guides/status-codes/
 */
export const errorCodes = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** A gRPC status code by name. */
export type ErrorCode = keyof typeof errorCodes;

const namesByNumber = new Map<number, ErrorCode>(
  Object.entries(errorCodes).map(([name, number]) => [number, name as ErrorCode]),
);

/** The name of a status code's number; `UNKNOWN` for a number that is none. */
export function errorCodeFromNumber(number: number): ErrorCode {
  return namesByNumber.get(number) ?? 'UNKNOWN';
}
