package com.weft.client;

import io.grpc.Status;
import java.util.List;
import java.util.Map;

/** A stream ended without its terminal event: what was received is not the whole answer. */
public final class StreamTruncatedException extends WeftException {
  private static final long serialVersionUID = 1L;

  StreamTruncatedException(Throwable cause) {
    super(
        new Details(
            Status.Code.DATA_LOSS,
            "STREAM_TRUNCATED",
            "The stream ended without its terminal event; what was received is not the whole answer.",
            Map.of(),
            List.of(),
            null),
        cause);
  }
}
