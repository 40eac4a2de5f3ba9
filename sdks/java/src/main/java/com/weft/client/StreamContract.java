package com.weft.client;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.weft.common.v1.ErrorStatus;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Checks the events of one stream. It knows them by their shape alone, so that it holds for RPCs that are yet to come: a
 * field {@code sequence}, and a oneof {@code event} where the stream ends with {@code completed} or {@code failed}.
 */
final class StreamContract {
  private final FieldDescriptor sequenceField;
  private final OneofDescriptor eventOneof;
  private long sequence;
  private boolean ended;

  private StreamContract(FieldDescriptor sequenceField, OneofDescriptor eventOneof) {
    this.sequenceField = sequenceField;
    this.eventOneof = eventOneof;
  }

  /** The contract of a method's answers; null where it has none. */
  static StreamContract of(MethodDescriptor<?, ?> method) {
    boolean streams = method.getType() != null && !method.getType().serverSendsOneMessage();
    if (!streams
        || !(method.getResponseMarshaller() instanceof MethodDescriptor.PrototypeMarshaller<?> marshaller)
        || !(marshaller.getMessagePrototype() instanceof Message event)) {
      return null;
    }
    FieldDescriptor sequence = event.getDescriptorForType().findFieldByName("sequence");
    boolean numbered = sequence != null && sequence.getType() == FieldDescriptor.Type.INT64;
    OneofDescriptor oneof = eventOneofOf(event.getDescriptorForType());
    return numbered || oneof != null ? new StreamContract(numbered ? sequence : null, oneof) : null;
  }

  /** Takes the next event; returns what is wrong with it, or null. */
  StreamTruncatedException observe(Object event) {
    Message message = (Message) event;
    if (ended) {
      return new StreamTruncatedException("The stream went on after its terminal event.", null);
    }
    if (sequenceField != null) {
      sequence++;
      long found = (Long) message.getField(sequenceField);
      if (found != sequence) {
        return new StreamTruncatedException(
            "Event " + sequence + " of the stream is missing; " + found + " came.", null);
      }
    }
    String kind = kindOf(event);
    ended = kind.equals("completed") || kind.equals("failed");
    return null;
  }

  /** Takes the end of the stream; returns what is wrong with it, or null. */
  StreamTruncatedException end() {
    return eventOneof == null || ended
        ? null
        : new StreamTruncatedException("The stream ended without its terminal event.", null);
  }

  /** The name of what happened; empty where the contract has none. */
  static String kindOf(Object event) {
    if (!(event instanceof Message message)) {
      return "";
    }
    OneofDescriptor oneof = eventOneofOf(message.getDescriptorForType());
    FieldDescriptor field = oneof == null ? null : message.getOneofFieldDescriptor(oneof);
    return field == null ? "" : field.getName();
  }

  /** The error that a {@code failed} event carries. */
  static StreamFailedException failureOf(Object event) {
    Message message = (Message) event;
    Message failed = (Message) message.getField(message.getDescriptorForType().findFieldByName("failed"));
    FieldDescriptor error = failed.getDescriptorForType().findFieldByName("error");
    if (error != null && failed.getField(error) instanceof ErrorStatus failure) {
      return new StreamFailedException(failure, message);
    }
    ErrorStatus unknown = ErrorStatus.newBuilder().setCode(Status.Code.UNKNOWN.value()).build();
    return new StreamFailedException(unknown, message);
  }

  private static OneofDescriptor eventOneofOf(Descriptor events) {
    FieldDescriptor completed = events.findFieldByName("completed");
    OneofDescriptor oneof = completed == null ? null : completed.getContainingOneof();
    return oneof != null && oneof.getName().equals("event") ? oneof : null;
  }
}
