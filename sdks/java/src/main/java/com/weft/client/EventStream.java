package com.weft.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The events of a stream, as they come, without heartbeats. Asks for the next ones only as they are read, so that a slow reader
 * slows the model and not the memory. Close it, best by try-with-resources: one that is left open goes on until its deadline. For
 * one thread; {@link #close} may be called from any.
 *
 * <p>Throws {@link StreamTruncatedException} where the stream breaks the stream contract, such as by ending without its terminal
 * event, {@link StreamFailedException} in the place of a {@code failed} event, and a {@link WeftException} for every other failure.
 *
 * @param <E> the events
 */
public final class EventStream<E> implements Iterator<E>, Iterable<E>, AutoCloseable {
  private final CancellableContext context;
  private final Iterator<E> events;
  private E upcoming;
  private volatile boolean closed;

  <I> EventStream(Channel channel, MethodDescriptor<I, E> method, I request, CallOptions options) {
    context = Context.current().withCancellation();
    Context previous = context.attach();
    try {
      events = ClientCalls.blockingServerStreamingCall(channel, method, options, request);
    } finally {
      context.detach(previous);
    }
  }

  /** Waits for the next event or the end. */
  @Override
  public boolean hasNext() {
    if (closed) {
      return false;
    }
    try {
      while (upcoming == null && events.hasNext()) {
        take(events.next());
      }
    } catch (StatusRuntimeException failure) {
      close();
      throw WeftException.from(failure);
    }
    if (upcoming == null) {
      close();
    }
    return upcoming != null;
  }

  /** Waits for the next event. */
  @Override
  public E next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The stream is at its end.");
    }
    E event = upcoming;
    upcoming = null;
    return event;
  }

  /** This stream: its events can be gone through once. */
  @Override
  public Iterator<E> iterator() {
    return this;
  }

  /** Cancels the call, as far as the model, if it is not at its end. */
  @Override
  public void close() {
    closed = true;
    context.cancel(null);
  }

  private void take(E event) {
    switch (StreamContract.kindOf(event)) {
      case "heartbeat" -> {}
      case "failed" -> {
        close();
        throw StreamContract.failureOf(event);
      }
      default -> upcoming = event;
    }
  }
}
