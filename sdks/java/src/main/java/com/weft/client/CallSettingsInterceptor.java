package com.weft.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Gives every call the key, and a deadline where it has none. */
final class CallSettingsInterceptor implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String key;
  private final Duration timeout;

  CallSettingsInterceptor(String key, Duration timeout) {
    this.key = key;
    this.timeout = timeout;
  }

  @Override
  public <I, O> ClientCall<I, O> interceptCall(MethodDescriptor<I, O> method, CallOptions options, Channel next) {
    boolean bounded = options.getDeadline() != null || Context.current().getDeadline() != null;
    CallOptions withDeadline = bounded ? options : options.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    return new SimpleForwardingClientCall<>(next.newCall(method, withDeadline)) {
      @Override
      public void start(Listener<O> listener, Metadata headers) {
        headers.put(AUTHORIZATION, "Bearer " + key);
        super.start(listener, headers);
      }
    };
  }
}
