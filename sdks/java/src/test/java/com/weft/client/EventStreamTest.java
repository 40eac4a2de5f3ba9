package com.weft.client;

import static com.weft.client.ScriptedServer.completed;
import static com.weft.client.ScriptedServer.failed;
import static com.weft.client.ScriptedServer.started;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Duration;
import com.weft.common.v1.ErrorStatus;
import com.weft.common.v1.Heartbeat;
import com.weft.orchestrator.v1.ChatRequest;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import com.weft.orchestrator.v1.StreamChatRequest;
import com.weft.orchestrator.v1.StreamChatResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A stream")
class EventStreamTest {
  private static final ErrorStatus STALLED =
      ErrorStatus.newBuilder()
          .setCode(Status.Code.UNAVAILABLE.value())
          .setReason("PROVIDER_STALLED")
          .setMessage("It stalled.")
          .setRetryDelay(Duration.newBuilder().setSeconds(1))
          .build();

  /** Reads a stream of these events; the sequences that were read end up in the list. */
  private static List<Long> read(List<Long> sequences, StreamChatResponse... events) throws IOException {
    try (var server = ScriptedServer.streaming(events);
        var client = server.client().build();
        var stream = client.streamChat(ChatRequest.getDefaultInstance())) {
      for (var event : stream) {
        sequences.add(event.getSequence());
      }
    }
    return sequences;
  }

  private static List<Long> read(StreamChatResponse... events) throws IOException {
    return read(new ArrayList<>(), events);
  }

  @Test
  @DisplayName("that is whole is read to its end")
  void thatIsWholeIsRead() throws IOException {
    assertEquals(List.of(1L, 2L), read(started(1), completed(2)));
  }

  @Test
  @DisplayName("takes heartbeats as events like others")
  void takesHeartbeats() throws IOException {
    var heartbeat =
        StreamChatResponse.newBuilder().setSequence(2).setHeartbeat(Heartbeat.getDefaultInstance()).build();
    assertEquals(List.of(1L, 2L, 3L), read(started(1), heartbeat, completed(3)));
  }

  @Test
  @DisplayName("without its terminal event is truncated, after the events that came")
  void withoutItsTerminalEventIsTruncated() {
    var sequences = new ArrayList<Long>();
    assertThrows(StreamTruncatedException.class, () -> read(sequences, started(1)));
    assertEquals(List.of(1L), sequences);
  }

  @Test
  @DisplayName("without any event is truncated")
  void withoutAnyEventIsTruncated() {
    assertThrows(StreamTruncatedException.class, () -> read());
  }

  @Test
  @DisplayName("with a hole is malformed, and what follows the hole is not read")
  void withAHoleIsMalformed() {
    var sequences = new ArrayList<Long>();
    assertThrows(StreamMalformedException.class, () -> read(sequences, started(1), started(3), completed(4)));
    assertEquals(List.of(1L), sequences);
  }

  @Test
  @DisplayName("that does not begin with 1 is malformed")
  void thatDoesNotBeginWithOneIsMalformed() {
    assertThrows(StreamMalformedException.class, () -> read(started(0), completed(1)));
  }

  @Test
  @DisplayName("with an event after the terminal one is malformed")
  void withAnEventAfterTheTerminalOneIsMalformed() {
    assertThrows(StreamMalformedException.class, () -> read(completed(1), started(2)));
  }

  @Test
  @DisplayName("that failed throws what the event says")
  void thatFailedThrows() {
    var failure = assertThrows(StreamFailedException.class, () -> read(started(1), failed(2, STALLED)));
    assertEquals(
        List.of("UNAVAILABLE PROVIDER_STALLED: It stalled.", Optional.of(java.time.Duration.ofSeconds(1))),
        List.of(failure.getMessage(), failure.retryDelay()));
  }

  @Test
  @DisplayName("that failed throws the event too, with its usage")
  void thatFailedThrowsTheEvent() {
    var failure = assertThrows(StreamFailedException.class, () -> read(started(1), failed(2, STALLED)));
    assertEquals(5, ((StreamChatResponse) failure.event()).getFailed().getUsage().getOutputTokens());
  }

  @Test
  @DisplayName("that was closed has no more events")
  void thatWasClosedHasNoMoreEvents() throws IOException {
    try (var server = ScriptedServer.streaming(started(1), completed(2));
        var client = server.client().build()) {
      var stream = client.streamChat(ChatRequest.getDefaultInstance());
      stream.next();
      stream.close();
      assertFalse(stream.hasNext());
    }
  }

  @Test
  @DisplayName("of a generated stub is held to the contract too")
  void ofAStubIsHeldToTheContract() throws IOException {
    try (var server = ScriptedServer.streaming(started(1));
        var client = server.client().build()) {
      var stub = client.stub(ChatServiceGrpc::newBlockingStub);
      var events = stub.streamChat(StreamChatRequest.getDefaultInstance());
      var failure = assertThrows(StatusRuntimeException.class, () -> events.forEachRemaining(event -> {}));
      assertEquals("STREAM_TRUNCATED", WeftException.from(failure).reason());
    }
  }
}
