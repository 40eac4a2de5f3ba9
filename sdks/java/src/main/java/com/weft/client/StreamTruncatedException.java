package com.weft.client;

import io.grpc.Status;
import java.util.List;
import java.util.Map;

/**
 * A stream broke the stream contract: it has no terminal event, or its events are not in sequence. What was received is not the
 * whole answer.
 */
public final class StreamTruncatedException extends WeftException {
  private static final long serialVersionUID = 1L;

  StreamTruncatedException(String text, Throwable cause) {
    super(
        new Details(Status.Code.UNAVAILABLE, "STREAM_CUT", text, Map.of(), List.of(), List.of(), null), cause);
  }
}
