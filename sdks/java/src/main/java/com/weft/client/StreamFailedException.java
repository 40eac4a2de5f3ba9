package com.weft.client;

import com.google.protobuf.Message;
import com.weft.common.v1.ErrorStatus;
import io.grpc.Status;
import java.util.List;
import java.util.Map;

/** A stream ended with a {@code failed} event. */
public final class StreamFailedException extends WeftException {
  private static final long serialVersionUID = 1L;

  private final Message event;

  StreamFailedException(ErrorStatus failure, Message event) {
    super(
        new Details(
            Status.fromCodeValue(failure.getCode()).getCode(),
            failure.getReason(),
            failure.getMessage(),
            Map.copyOf(failure.getMetadataMap()),
            List.of(),
            List.of(),
            failure.hasRetryDelay() ? durationOf(failure.getRetryDelay()) : null),
        null);
    this.event = event;
  }

  /** The event, such as a {@code StreamChatResponse}, for what it says beside the error: the usage. */
  public Message event() {
    return event;
  }
}
