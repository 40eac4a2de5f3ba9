package com.weft.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** Holds the streams of every stub to the stream contract: one that breaks it ends with an error. */
final class StreamContractInterceptor implements ClientInterceptor {
  @Override
  public <I, O> ClientCall<I, O> interceptCall(MethodDescriptor<I, O> method, CallOptions options, Channel next) {
    ClientCall<I, O> call = next.newCall(method, options);
    StreamContract contract = StreamContract.of(method);
    if (contract == null) {
      return call;
    }
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void start(Listener<O> listener, Metadata headers) {
        super.start(new CheckedListener<>(listener, contract, call), headers);
      }
    };
  }

  private static final class CheckedListener<O> extends SimpleForwardingClientCallListener<O> {
    private final StreamContract contract;
    private final ClientCall<?, O> call;
    private StreamTruncatedException broken;

    CheckedListener(ClientCall.Listener<O> listener, StreamContract contract, ClientCall<?, O> call) {
      super(listener);
      this.contract = contract;
      this.call = call;
    }

    @Override
    public void onMessage(O event) {
      if (broken != null) {
        return;
      }
      broken = contract.observe(event);
      if (broken == null) {
        super.onMessage(event);
      } else {
        call.cancel(broken.getMessage(), broken);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      StreamTruncatedException violation = broken == null && status.isOk() ? contract.end() : broken;
      super.onClose(violation == null ? status : violation.toStatus(), trailers);
    }
  }
}
