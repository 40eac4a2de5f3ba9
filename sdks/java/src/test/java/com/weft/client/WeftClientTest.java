package com.weft.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.weft.orchestrator.v1.ChatRequest;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A client")
class WeftClientTest {
  private static final ChatRequest REQUEST = ChatRequest.getDefaultInstance();

  @Test
  @DisplayName("sends the key as a bearer token")
  void sendsTheKey() throws IOException {
    try (var server = ScriptedServer.answering();
        var client = server.client().key("secret").build()) {
      var chat = client.stub(ChatServiceGrpc::newBlockingStub);
      client.call(() -> chat.chat(REQUEST));
      var authorization = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
      assertEquals("Bearer secret", server.seen.get(authorization));
    }
  }

  @Test
  @DisplayName("does not speak plaintext unless that was asked for")
  void doesNotSpeakPlaintextUnasked() throws IOException {
    try (var server = ScriptedServer.answering();
        var client = WeftClient.builder(server.address()).key("secret").build()) {
      var chat = client.stub(ChatServiceGrpc::newBlockingStub);
      assertThrows(WeftException.class, () -> client.call(() -> chat.chat(REQUEST)));
      assertNull(server.seen);
    }
  }

  @Test
  @DisplayName("gives a call without a deadline its own")
  void givesADeadline() throws IOException {
    try (var server = ScriptedServer.answering();
        var client = server.client().build()) {
      var chat = client.stub(ChatServiceGrpc::newBlockingStub);
      client.call(() -> chat.chat(REQUEST));
      assertTrue(server.hadDeadline);
    }
  }

  @Test
  @DisplayName("ends a call whose deadline passes")
  void endsACallWhoseDeadlinePasses() throws IOException {
    try (var server = ScriptedServer.silent();
        var client = server.client().timeout(Duration.ofMillis(200)).build()) {
      var chat = client.stub(ChatServiceGrpc::newBlockingStub);
      var failure = assertThrows(WeftException.class, () -> client.call(() -> chat.chat(REQUEST)));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.code());
    }
  }

  @Test
  @DisplayName("makes stubs with checked exceptions too")
  void makesStubsWithCheckedExceptions() throws IOException {
    try (var server = ScriptedServer.refusing(Status.NOT_FOUND.asRuntimeException());
        var client = server.client().build()) {
      var chat = client.stub(ChatServiceGrpc::newBlockingV2Stub);
      var failure = assertThrows(WeftException.class, () -> client.call(() -> chat.chat(REQUEST)));
      assertEquals(Status.Code.NOT_FOUND, failure.code());
    }
  }

  @Test
  @DisplayName("refuses an empty address")
  void refusesAnEmptyAddress() {
    assertThrows(IllegalArgumentException.class, () -> WeftClient.builder(""));
  }

  @Test
  @DisplayName("refuses a timeout of nothing")
  void refusesATimeoutOfNothing() {
    var builder = WeftClient.builder("127.0.0.1:9090");
    assertThrows(IllegalArgumentException.class, () -> builder.timeout(Duration.ZERO));
  }
}
