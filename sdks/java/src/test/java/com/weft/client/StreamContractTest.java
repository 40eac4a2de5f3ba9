package com.weft.client;

import static com.weft.client.Scripted.connect;
import static com.weft.client.Scripted.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.Gson;
import com.google.protobuf.Message;
import com.weft.logging.v1.RecordServiceGrpc;
import com.weft.logging.v1.TailRecordsResponse;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import com.weft.orchestrator.v1.StreamChatRequest;
import com.weft.orchestrator.v1.StreamChatResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("A stream")
class StreamContractTest {
  record Failure(String code, String reason) {}

  /** A stream that keeps the contract or breaks it, and what its reader must get: from the list that all SDKs share. */
  record Scenario(String name, List<String> reads, String text, boolean mayReadLess, Failure error) {
    Scenario readingLess(int events, String textRead) {
      boolean less = mayReadLess && events <= reads.size();
      return less ? new Scenario(name, reads.subList(0, events), textRead, true, error) : this;
    }
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContractOrIsRefused() throws IOException {
    String list = Files.readString(Path.of("..", "live-weft", "stream-scenarios.json"));
    return Stream.of(new Gson().fromJson(list, Scenario[].class))
        .map(scenario -> dynamicTest(scenario.name(), () -> check(scenario)));
  }

  private static void check(Scenario scenario) {
    var reads = new ArrayList<String>();
    var text = new StringBuilder();
    WeftException error = null;
    try (var client = connect();
        var stream = client.streamChat(request(scenario.name()))) {
      for (var event : stream) {
        reads.add(nameOf(event));
        text.append(event.getText().getText());
      }
    } catch (WeftException thrown) {
      error = thrown;
    }
    Failure found = error == null ? null : new Failure(error.code().name(), error.reason());
    assertEquals(
        scenario.readingLess(reads.size(), text.toString()),
        new Scenario(scenario.name(), reads, text.toString(), scenario.mayReadLess(), found));
    boolean cut = found != null && found.reason().equals("STREAM_CUT");
    assertEquals(cut, error instanceof StreamTruncatedException);
  }

  private static String nameOf(Message event) {
    var oneof = event.getDescriptorForType().getOneofs().get(0);
    return event.hasOneof(oneof) ? event.getOneofFieldDescriptor(oneof).getName() : "unknown";
  }

  @Test
  @DisplayName("of a generated stub is held to the contract too")
  void ofAStubIsHeldToTheContract() {
    try (var client = connect()) {
      var stub = client.stub(ChatServiceGrpc::newBlockingStub);
      var events = stub.streamChat(StreamChatRequest.newBuilder().setCall(request("no-terminal-event")).build());
      var failure = assertThrows(StatusRuntimeException.class, () -> events.forEachRemaining(event -> {}));
      assertEquals(StreamTruncatedException.class, WeftException.from(failure).getClass());
    }
  }

  @Test
  @DisplayName("whose contract has no terminal event may just end, but is numbered without holes all the same")
  void withoutATerminalEventIsNumbered() {
    var contract = StreamContract.of(RecordServiceGrpc.getTailRecordsMethod());
    var first = TailRecordsResponse.newBuilder().setSequence(1).build();
    var third = TailRecordsResponse.newBuilder().setSequence(3).build();
    var found = new ArrayList<WeftException>();
    found.add(contract.observe(first));
    found.add(contract.end());
    assertEquals(java.util.Arrays.asList(null, null), found);
    assertEquals("STREAM_CUT", contract.observe(third).reason());
  }

  @Test
  @DisplayName("that failed throws the event too, with its usage")
  void thatFailedThrowsTheEvent() {
    try (var client = connect();
        var stream = client.streamChat(request("failed"))) {
      var failure = assertThrows(StreamFailedException.class, () -> stream.forEachRemaining(event -> {}));
      assertEquals(3, ((StreamChatResponse) failure.event()).getFailed().getUsage().getOutputTokens());
    }
  }

  @Test
  @DisplayName("that was closed has no more events")
  void thatWasClosedHasNoMoreEvents() {
    try (var client = connect()) {
      var stream = client.streamChat(request("whole"));
      stream.next();
      stream.close();
      assertFalse(stream.hasNext());
    }
  }
}
