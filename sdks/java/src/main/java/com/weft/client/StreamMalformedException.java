package com.weft.client;

import io.grpc.Status;
import java.util.List;
import java.util.Map;

/** An event of a stream is missing, doubled, or after the terminal one. */
public final class StreamMalformedException extends WeftException {
  private static final long serialVersionUID = 1L;

  StreamMalformedException(String text, Throwable cause) {
    super(new Details(Status.Code.DATA_LOSS, "STREAM_MALFORMED", text, Map.of(), List.of(), null), cause);
  }
}
