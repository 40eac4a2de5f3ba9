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
 * The events of a stream, as they come. Asks for the next ones only as they are read, so that a slow reader slows the model
 * and not the memory. For one thread; {@link #close} may be called from any.
 *
 * <p>Throws {@link StreamTruncatedException} where the stream ends without its terminal event, {@link StreamFailedException} in
 * the place of a {@code failed} event, and a {@link WeftException} for every other failure.
 *
 * @param <E> the events
 */
public final class EventStream<E> implements Iterator<E>, Iterable<E>, AutoCloseable {
  private final CancellableContext context;
  private final Iterator<E> events;
  private volatile boolean closed;

  <I> EventStream(Channel channel, MethodDescriptor<I, E> method, I request) {
    context = Context.current().withCancellation();
    Context previous = context.attach();
    try {
      events = ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request);
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
      boolean more = events.hasNext();
      if (!more) {
        close();
      }
      return more;
    } catch (StatusRuntimeException failure) {
      close();
      throw WeftException.from(failure);
    }
  }

  /** Waits for the next event. */
  @Override
  public E next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The stream is at its end.");
    }
    E event = events.next();
    StreamFailedException failure = StreamContract.failureOf(event);
    if (failure != null) {
      close();
      throw failure;
    }
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
}
