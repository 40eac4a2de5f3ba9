import { type Metadata } from '@grpc/grpc-js';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Any, BadRequest, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';

/** The details of a status that weft reads. */
export interface StatusDetails {
  info?: ErrorInfo;
  badRequest?: BadRequest;
  retry?: RetryInfo;
}

/** The field `details` of google.rpc.Status. Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto */
const detailsField = 3;

/** Reads the details in the trailer of a call that failed; none where there are none, or none that can be read. */
export function statusDetails(trailer: Metadata): StatusDetails {
  const [bytes] = trailer.get('grpc-status-details-bin');
  if (!(bytes instanceof Buffer)) return {};
  try {
    return readDetails(new BinaryReader(bytes));
  } catch {
    return {};
  }
}

function readDetails(reader: BinaryReader): StatusDetails {
  const details: StatusDetails = {};
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field !== detailsField || type !== WireType.LengthDelimited) {
      reader.skip(type, field);
      continue;
    }
    const { typeUrl, value } = Any.decode(reader.bytes());
    switch (typeUrl.slice(typeUrl.lastIndexOf('/') + 1)) {
      case ErrorInfo.$type:
        details.info = ErrorInfo.decode(value);
        break;
      case BadRequest.$type:
        details.badRequest = BadRequest.decode(value);
        break;
      case RetryInfo.$type:
        details.retry = RetryInfo.decode(value);
        break;
    }
  }
  return details;
}
