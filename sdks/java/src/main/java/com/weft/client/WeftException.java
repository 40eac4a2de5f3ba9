package com.weft.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every failure of a call: what weft said, or what became of the connection. */
public class WeftException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Details details;

  WeftException(Details details, Throwable cause) {
    super(details.describe(), cause);
    this.details = details;
  }

  /** The field of a request that is wrong: its path, such as {@code call.messages}, and what it must be. */
  public record FieldViolation(String field, String description) implements Serializable {}

  /** A limit that was passed: its name, such as {@code requests_per_minute}, and what is wrong with it. */
  public record QuotaViolation(String subject, String description) implements Serializable {}

  /** What an error says; the retry delay is null where no retry is advised. */
  record Details(
      Status.Code code,
      String reason,
      String text,
      Map<String, String> metadata,
      List<FieldViolation> fieldViolations,
      List<QuotaViolation> quotaViolations,
      Duration retryDelay)
      implements Serializable {
    private String describe() {
      StringBuilder described = new StringBuilder(code.name());
      if (!reason.isEmpty()) {
        described.append(' ').append(reason);
      }
      if (!text.isEmpty()) {
        described.append(": ").append(text);
      }
      for (FieldViolation violation : fieldViolations) {
        described.append(" [").append(violation.field()).append(": ").append(violation.description()).append(']');
      }
      return described.toString();
    }
  }

  /** Makes one of what a generated stub threw, or of what a callback was given. */
  public static WeftException from(Throwable failure) {
    if (failure instanceof WeftException already) {
      return already;
    }
    Throwable cause = Status.fromThrowable(failure).getCause();
    if (cause instanceof StreamTruncatedException truncated) {
      return new StreamTruncatedException(truncated.text(), failure);
    }
    return new WeftException(detailsOf(failure), failure);
  }

  /** The gRPC status code. */
  public Status.Code code() {
    return details.code();
  }

  /** Stable, such as {@code COLLECTION_NOT_FOUND}; empty where the failure is not weft's own. */
  public String reason() {
    return details.reason();
  }

  /** What is wrong and what to do, for a person; {@link #getMessage} has the code, the reason and the fields too. */
  public String text() {
    return details.text();
  }

  /** Facts for a program, such as the limit that was passed. */
  public Map<String, String> metadata() {
    return details.metadata();
  }

  /** The fields of the request that are wrong. */
  public List<FieldViolation> fieldViolations() {
    return details.fieldViolations();
  }

  /** The limits that were passed. */
  public List<QuotaViolation> quotaViolations() {
    return details.quotaViolations();
  }

  /** When a retry may succeed; empty where none is advised. */
  public Optional<Duration> retryDelay() {
    return Optional.ofNullable(details.retryDelay());
  }

  Status toStatus() {
    return code().toStatus().withDescription(text()).withCause(this);
  }

  static Duration durationOf(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private static Details detailsOf(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    Metadata trailers = Status.trailersFromThrowable(failure);
    com.google.rpc.Status answer = StatusProto.fromStatusAndTrailers(status, trailers);
    String reason = "";
    Map<String, String> metadata = Map.of();
    List<FieldViolation> fieldViolations = new ArrayList<>();
    List<QuotaViolation> quotaViolations = new ArrayList<>();
    Duration retryDelay = null;
    try {
      for (Any detail : answer.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          metadata = Map.copyOf(info.getMetadataMap());
        } else if (detail.is(BadRequest.class)) {
          for (BadRequest.FieldViolation violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
            fieldViolations.add(new FieldViolation(violation.getField(), violation.getDescription()));
          }
        } else if (detail.is(QuotaFailure.class)) {
          for (QuotaFailure.Violation violation : detail.unpack(QuotaFailure.class).getViolationsList()) {
            quotaViolations.add(new QuotaViolation(violation.getSubject(), violation.getDescription()));
          }
        } else if (detail.is(RetryInfo.class)) {
          retryDelay = durationOf(detail.unpack(RetryInfo.class).getRetryDelay());
        }
      }
    } catch (InvalidProtocolBufferException unreadable) {
      // The code and the text still stand: a detail that is broken must not hide the error that it belongs to.
      failure.addSuppressed(unreadable);
    }
    String text = textOf(answer.getMessage(), status.getCause());
    return new Details(
        status.getCode(),
        reason,
        text,
        metadata,
        List.copyOf(fieldViolations),
        List.copyOf(quotaViolations),
        retryDelay);
  }

  /** What grpc says of a broken connection is "io exception"; what happened to it is in the cause. */
  private static String textOf(String message, Throwable cause) {
    return cause == null || cause.getMessage() == null ? message : message + ": " + cause.getMessage();
  }
}
