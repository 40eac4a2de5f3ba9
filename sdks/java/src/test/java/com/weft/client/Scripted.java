package com.weft.client;

import com.google.gson.Gson;
import com.weft.common.v1.Message;
import com.weft.common.v1.Role;
import com.weft.orchestrator.v1.ChatRequest;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import com.weft.orchestrator.v1.StreamChatResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** The scripted server: what an honest weft does not do, named by the model of the request. */
final class Scripted {
  static final String KEY = "weft_of_the_tests";

  private Scripted() {}

  /** What the server tells of a call, and of all calls of its user. */
  record Seen(String authorization, double deadlineMs, String userAgent, int attempts, int openStreams) {
    static Seen of(String json) {
      return new Gson().fromJson(json, Seen.class);
    }
  }

  static String setting(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalStateException(name + " is not set: run smoke-test.sh, or tools/repo/test-sdks.mjs");
    }
    return value;
  }

  static String address() {
    return setting("WEFT_SCRIPTED_ADDRESS");
  }

  static WeftClient connect() {
    return connect(builder -> builder.timeout(Duration.ofSeconds(30)));
  }

  static WeftClient connect(UnaryOperator<WeftClient.Builder> settings) {
    return settings.apply(WeftClient.builder(address(), KEY).plaintext()).build();
  }

  static ChatRequest request(String model) {
    return request(model, "Hello", "");
  }

  static ChatRequest request(String model, String content, String user) {
    return ChatRequest.newBuilder()
        .setModel(model)
        .setUser(user)
        .addMessages(Message.newBuilder().setRole(Role.ROLE_USER).setContent(content))
        .build();
  }

  /** The text of a whole answer. */
  static String chat(WeftClient client, ChatRequest request) {
    return chat(client, request, stub -> stub);
  }

  static String chat(
      WeftClient client, ChatRequest request, UnaryOperator<ChatServiceGrpc.ChatServiceBlockingStub> options) {
    var stub = options.apply(client.stub(ChatServiceGrpc::newBlockingStub));
    return client.call(() -> stub.chat(request)).getMessage().getContent();
  }

  static Seen seenByTheServer(WeftClient client, String user) {
    return Seen.of(chat(client, request("mirror", "Hello", user)));
  }

  /** The text of a streamed answer, which is closed. */
  static String textOf(EventStream<StreamChatResponse> answer) {
    var text = new StringBuilder();
    try (answer) {
      answer.forEachRemaining(event -> text.append(event.getText().getText()));
    }
    return text.toString();
  }

  /** Calls of one user are counted together. */
  static String newUser() {
    return UUID.randomUUID().toString();
  }

  /** Whether it comes to hold within 10 seconds. */
  static boolean comesTrue(BooleanSupplier holds) throws InterruptedException {
    Instant latest = Instant.now().plus(Duration.ofSeconds(10));
    while (!holds.getAsBoolean()) {
      if (Instant.now().isAfter(latest)) {
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }
}
