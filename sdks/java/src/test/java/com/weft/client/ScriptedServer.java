package com.weft.client;

import com.weft.common.v1.ErrorStatus;
import com.weft.common.v1.Usage;
import com.weft.orchestrator.v1.ChatCompleted;
import com.weft.orchestrator.v1.ChatFailed;
import com.weft.orchestrator.v1.ChatRequest;
import com.weft.orchestrator.v1.ChatResponse;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import com.weft.orchestrator.v1.ChatStarted;
import com.weft.orchestrator.v1.StreamChatRequest;
import com.weft.orchestrator.v1.StreamChatResponse;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;

/** Answers a chat as a test says, and keeps what it was asked with. */
final class ScriptedServer implements AutoCloseable {
  volatile Metadata seen;
  volatile boolean hadDeadline;

  private final RuntimeException refusal;
  private final boolean silent;
  private final List<StreamChatResponse> events;
  private final Server server;

  private ScriptedServer(RuntimeException refusal, boolean silent, List<StreamChatResponse> events)
      throws IOException {
    this.refusal = refusal;
    this.silent = silent;
    this.events = events;
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Chat())
            .intercept(new Recorder())
            .build()
            .start();
  }

  static ScriptedServer answering() throws IOException {
    return new ScriptedServer(null, false, List.of());
  }

  static ScriptedServer refusing(RuntimeException refusal) throws IOException {
    return new ScriptedServer(refusal, false, List.of());
  }

  static ScriptedServer silent() throws IOException {
    return new ScriptedServer(null, true, List.of());
  }

  static ScriptedServer streaming(StreamChatResponse... events) throws IOException {
    return new ScriptedServer(null, false, List.of(events));
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  WeftClient.Builder client() {
    return WeftClient.builder(address()).plaintext();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  static StreamChatResponse started(long sequence) {
    return StreamChatResponse.newBuilder().setSequence(sequence).setStarted(ChatStarted.getDefaultInstance()).build();
  }

  static StreamChatResponse completed(long sequence) {
    return StreamChatResponse.newBuilder()
        .setSequence(sequence)
        .setCompleted(ChatCompleted.getDefaultInstance())
        .build();
  }

  static StreamChatResponse failed(long sequence, ErrorStatus failure) {
    ChatFailed failed =
        ChatFailed.newBuilder().setError(failure).setUsage(Usage.newBuilder().setOutputTokens(5)).build();
    return StreamChatResponse.newBuilder().setSequence(sequence).setFailed(failed).build();
  }

  private final class Chat extends ChatServiceGrpc.ChatServiceImplBase {
    @Override
    public void chat(ChatRequest request, StreamObserver<ChatResponse> answer) {
      hadDeadline = Context.current().getDeadline() != null;
      if (silent) {
        return;
      }
      if (refusal != null) {
        answer.onError(refusal);
        return;
      }
      answer.onNext(ChatResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void streamChat(StreamChatRequest request, StreamObserver<StreamChatResponse> answer) {
      events.forEach(answer::onNext);
      answer.onCompleted();
    }
  }

  private final class Recorder implements ServerInterceptor {
    @Override
    public <I, O> ServerCall.Listener<I> interceptCall(
        ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
      seen = headers;
      return next.startCall(call, headers);
    }
  }
}
