package com.weft.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.weft.orchestrator.v1.ChatRequest;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A refusal with every detail")
class WeftExceptionTest {
  private static WeftException refusal;

  @BeforeAll
  static void refuse() throws IOException {
    var status =
        com.google.rpc.Status.newBuilder()
            .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
            .setMessage("Too much.")
            .addDetails(
                Any.pack(ErrorInfo.newBuilder().setReason("QUOTA_EXCEEDED").putMetadata("limit", "5").build()))
            .addDetails(
                Any.pack(
                    BadRequest.newBuilder()
                        .addFieldViolations(
                            BadRequest.FieldViolation.newBuilder()
                                .setField("messages")
                                .setDescription("must not be empty"))
                        .build()))
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(500_000_000))
                        .build()))
            .build();
    try (var server = ScriptedServer.refusing(StatusProto.toStatusRuntimeException(status));
        var client = server.client().build()) {
      var chat = client.stub(ChatServiceGrpc::newBlockingStub);
      refusal =
          assertThrows(WeftException.class, () -> client.call(() -> chat.chat(ChatRequest.getDefaultInstance())));
    }
  }

  @Test
  @DisplayName("has the code")
  void hasTheCode() {
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.code());
  }

  @Test
  @DisplayName("has the reason")
  void hasTheReason() {
    assertEquals("QUOTA_EXCEEDED", refusal.reason());
  }

  @Test
  @DisplayName("has the metadata")
  void hasTheMetadata() {
    assertEquals(Map.of("limit", "5"), refusal.metadata());
  }

  @Test
  @DisplayName("names the fields")
  void namesTheFields() {
    assertEquals(List.of(new WeftException.FieldViolation("messages", "must not be empty")), refusal.fieldViolations());
  }

  @Test
  @DisplayName("says when to try again")
  void saysWhenToTryAgain() {
    assertEquals(Optional.of(Duration.ofMillis(1500)), refusal.retryDelay());
  }

  @Test
  @DisplayName("reads well")
  void readsWell() {
    assertEquals(
        "RESOURCE_EXHAUSTED QUOTA_EXCEEDED: Too much. [messages: must not be empty]", refusal.getMessage());
  }

  @Test
  @DisplayName("survives serialization")
  void survivesSerialization() throws IOException, ClassNotFoundException {
    var bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(new StreamTruncatedException(null));
    var read = (WeftException) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    assertEquals("STREAM_TRUNCATED", read.reason());
  }
}
