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
 * field {@code sequence} and a oneof {@code event} of which {@code completed} is one.
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
    if (streams
        && method.getResponseMarshaller() instanceof MethodDescriptor.PrototypeMarshaller<?> marshaller
        && marshaller.getMessagePrototype() instanceof Message event) {
      return of(event.getDescriptorForType());
    }
    return null;
  }

  private static StreamContract of(Descriptor events) {
    FieldDescriptor sequence = events.findFieldByName("sequence");
    FieldDescriptor completed = events.findFieldByName("completed");
    if (sequence == null || sequence.getType() != FieldDescriptor.Type.INT64 || completed == null) {
      return null;
    }
    OneofDescriptor oneof = completed.getContainingOneof();
    return oneof != null && oneof.getName().equals("event") ? new StreamContract(sequence, oneof) : null;
  }

  /** Takes the next event; returns what is wrong with it, or null. */
  WeftException observe(Object event) {
    Message message = (Message) event;
    long found = (Long) message.getField(sequenceField);
    if (ended) {
      return new StreamMalformedException("The event " + found + " follows the terminal event.", null);
    }
    if (found != sequence + 1) {
      return new StreamMalformedException("The event " + found + " follows the event " + sequence + ".", null);
    }
    sequence = found;
    FieldDescriptor field = message.getOneofFieldDescriptor(eventOneof);
    ended = field != null && (field.getName().equals("completed") || field.getName().equals("failed"));
    return null;
  }

  /** Takes the end of the stream; returns what is wrong with it, or null. */
  WeftException end() {
    return ended ? null : new StreamTruncatedException(null);
  }

  /** The error that a {@code failed} event carries; null for any other event. */
  static StreamFailedException failureOf(Object event) {
    if (!(event instanceof Message message)) {
      return null;
    }
    FieldDescriptor field = message.getDescriptorForType().findFieldByName("failed");
    if (field == null || field.getContainingOneof() == null || !message.hasField(field)) {
      return null;
    }
    Message failed = (Message) message.getField(field);
    FieldDescriptor error = failed.getDescriptorForType().findFieldByName("error");
    if (error != null && failed.getField(error) instanceof ErrorStatus failure) {
      return new StreamFailedException(failure, message);
    }
    ErrorStatus unknown = ErrorStatus.newBuilder().setCode(Status.Code.UNKNOWN.value()).build();
    return new StreamFailedException(unknown, message);
  }
}
