package com.weft.client;

import static com.weft.client.Scripted.KEY;
import static com.weft.client.Scripted.chat;
import static com.weft.client.Scripted.connect;
import static com.weft.client.Scripted.newUser;
import static com.weft.client.Scripted.request;
import static com.weft.client.Scripted.seenByTheServer;
import static com.weft.client.Scripted.textOf;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.weft.client.Scripted.Seen;
import com.weft.client.WeftException.FieldViolation;
import com.weft.client.WeftException.QuotaViolation;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A call")
class CallsTest {
  private static void assertDeadline(Duration expected, Seen seen) {
    double left = expected.toMillis() - seen.deadlineMs();
    assertTrue(left > -2000 && left < 5000, "the server saw a deadline of " + seen.deadlineMs() + " ms");
  }

  @Test
  @DisplayName("carries the key and says who sends it")
  void carriesTheKey() {
    try (var client = connect()) {
      var seen = seenByTheServer(client, "");
      assertEquals("Bearer " + KEY, seen.authorization());
      assertTrue(seen.userAgent().startsWith("weft-sdk-java/"), seen.userAgent());
    }
  }

  @Test
  @DisplayName("has the deadline of 10 minutes by default")
  void hasADeadlineByDefault() {
    try (var client = connect(builder -> builder)) {
      assertDeadline(Duration.ofMinutes(10), seenByTheServer(client, ""));
    }
  }

  @Test
  @DisplayName("has the deadline of the client")
  void hasTheDeadlineOfTheClient() {
    try (var client = connect()) {
      assertDeadline(Duration.ofSeconds(30), seenByTheServer(client, ""));
    }
  }

  @Test
  @DisplayName("may have a deadline of its own")
  void mayHaveADeadlineOfItsOwn() {
    try (var client = connect()) {
      for (int seconds : List.of(7, 70)) {
        String seen = chat(client, request("mirror"), stub -> stub.withDeadlineAfter(seconds, SECONDS));
        assertDeadline(Duration.ofSeconds(seconds), Seen.of(seen));
      }
    }
  }

  @Test
  @DisplayName("that streams may have a deadline of its own")
  void thatStreamsMayHaveADeadlineOfItsOwn() {
    try (var client = connect()) {
      assertDeadline(Duration.ofSeconds(30), Seen.of(textOf(client.streamChat(request("mirror")))));
      var own = CallOptions.DEFAULT.withDeadlineAfter(7, SECONDS);
      assertDeadline(Duration.ofSeconds(7), Seen.of(textOf(client.streamChat(request("mirror"), own))));
    }
  }

  @Test
  @DisplayName("ends when its deadline passes")
  void endsWhenItsDeadlinePasses() {
    try (var client = connect(builder -> builder.timeout(Duration.ofMillis(50)))) {
      var failure = assertThrows(WeftException.class, () -> chat(client, request("silent")));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.code());
    }
  }

  @Test
  @DisplayName("that is refused throws every detail")
  void thatIsRefusedThrowsEveryDetail() {
    try (var client = connect()) {
      assertEveryDetail(assertThrows(WeftException.class, () -> chat(client, request("refusal"))));
    }
  }

  @Test
  @DisplayName("that streams and is refused does too")
  void thatStreamsAndIsRefusedDoesToo() {
    try (var client = connect()) {
      var stream = client.streamChat(request("status-after-events"));
      assertEveryDetail(assertThrows(WeftException.class, () -> textOf(stream)));
    }
  }

  private static void assertEveryDetail(WeftException refused) {
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.code());
    assertEquals("RATE_LIMITED", refused.reason());
    assertEquals("Slow down.", refused.text());
    assertEquals(Map.of("limit", "5"), refused.metadata());
    assertEquals(List.of(new FieldViolation("call.messages", "must not be empty")), refused.fieldViolations());
    assertEquals(
        List.of(new QuotaViolation("requests_per_minute", "The limit was passed.")), refused.quotaViolations());
    assertEquals(Optional.of(Duration.ofMillis(1500)), refused.retryDelay());
    assertEquals(
        "RESOURCE_EXHAUSTED RATE_LIMITED: Slow down. [call.messages: must not be empty]", refused.getMessage());
  }

  @Test
  @DisplayName("that gets a failed event throws its details")
  void thatGetsAFailedEventThrowsItsDetails() {
    try (var client = connect()) {
      var stream = client.streamChat(request("failed"));
      var failed = assertThrows(StreamFailedException.class, () -> textOf(stream));
      assertEquals(
          List.of("Slow down.", Map.of("limit", "5"), Optional.of(Duration.ofMillis(1500))),
          List.of(failed.text(), failed.metadata(), failed.retryDelay()));
    }
  }

  @Test
  @DisplayName("throws what can be serialized")
  void throwsWhatCanBeSerialized() throws IOException, ClassNotFoundException {
    try (var client = connect()) {
      var stream = client.streamChat(request("no-terminal-event"));
      var thrown = assertThrows(StreamTruncatedException.class, () -> textOf(stream));
      var bytes = new ByteArrayOutputStream();
      new ObjectOutputStream(bytes).writeObject(new StreamTruncatedException(thrown.text(), null));
      var read = (WeftException) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
      assertEquals(thrown.getMessage(), read.getMessage());
    }
  }

  @Test
  @DisplayName("throws when the answer has no message, or two")
  void throwsWhenTheAnswerHasNoMessage() {
    try (var client = connect()) {
      for (String model : List.of("nothing", "twice")) {
        assertThrows(WeftException.class, () -> chat(client, request(model)));
      }
    }
  }

  @Test
  @DisplayName("is not sent twice")
  void isNotSentTwice() {
    String user = newUser();
    try (var client = connect()) {
      var refused =
          assertThrows(WeftException.class, () -> chat(client, request("unavailable", "Hello", user)));
      assertEquals(Status.Code.UNAVAILABLE, refused.code());
      assertEquals(2, seenByTheServer(client, user).attempts());
    }
  }

  @Test
  @DisplayName("of a stub with checked exceptions throws the same")
  void ofAStubWithCheckedExceptionsThrowsTheSame() {
    try (var client = connect()) {
      var chat = client.stub(ChatServiceGrpc::newBlockingV2Stub);
      assertEveryDetail(
          assertThrows(WeftException.class, () -> client.call(() -> chat.chat(request("refusal")))));
    }
  }

  @Test
  @DisplayName("is never made with settings that cannot be")
  void isNeverMadeWithSettingsThatCannotBe() {
    for (String key : List.of("", "weft_1\n", "weft 1")) {
      assertThrows(IllegalArgumentException.class, () -> WeftClient.builder("127.0.0.1:9090", key));
    }
    assertThrows(IllegalArgumentException.class, () -> WeftClient.builder("", KEY));
    var builder = WeftClient.builder("127.0.0.1:9090", KEY);
    assertThrows(IllegalArgumentException.class, () -> builder.timeout(Duration.ZERO));
  }
}
