import { type ErrorCode, type WeftError } from '@weft/errors';
import { errorDetailsOf } from '@weft/rpc';
import { BadRequest, ErrorInfo, QuotaFailure, RetryInfo } from 'nice-grpc-error-details';

/** An error as the Connect protocol has it for unary calls. Source: https://connectrpc.com/docs/protocol#error-end-stream */
export interface ConnectError {
  code: string;
  message: string;
  details: { type: string; value: string; debug: unknown }[];
}

type Detail = ReturnType<typeof errorDetailsOf>[number];

const codecs: Record<string, { encode(message: never): { finish(): Uint8Array } }> = {
  [ErrorInfo.$type]: ErrorInfo,
  [BadRequest.$type]: BadRequest,
  [RetryInfo.$type]: RetryInfo,
  [QuotaFailure.$type]: QuotaFailure,
};

/** Puts an error into Connect's shape. `error` is what may leave: see publicError of `@weft/rpc`. */
export function toConnectError(error: WeftError): ConnectError {
  return {
    code: connectCode(error.code),
    message: error.message,
    details: errorDetailsOf(error).map(toDetail),
  };
}

function connectCode(code: ErrorCode): string {
  return code === 'CANCELLED' ? 'canceled' : code.toLowerCase();
}

function toDetail(detail: Detail): ConnectError['details'][number] {
  const { $type: type, ...debug } = detail;
  const bytes = codecs[type]!.encode(detail as never).finish();
  return { type, value: Buffer.from(bytes).toString('base64').replace(/=+$/, ''), debug };
}
