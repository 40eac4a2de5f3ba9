package com.weft.client;

import static com.weft.client.Scripted.KEY;
import static com.weft.client.Scripted.chat;
import static com.weft.client.Scripted.comesTrue;
import static com.weft.client.Scripted.connect;
import static com.weft.client.Scripted.newUser;
import static com.weft.client.Scripted.request;
import static com.weft.client.Scripted.seenByTheServer;
import static com.weft.client.Scripted.setting;
import static com.weft.client.Scripted.textOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A connection")
class ConnectionTest {
  private static String tlsAddress() {
    return setting("WEFT_SCRIPTED_TLS_ADDRESS");
  }

  @Test
  @DisplayName("trusts an authority of one's own when it is given")
  void trustsAnAuthorityOfOnesOwn() throws IOException {
    var trust = TlsChannelCredentials.newBuilder().trustManager(new File(setting("WEFT_SCRIPTED_CA_FILE"))).build();
    try (var client = WeftClient.builder(tlsAddress(), KEY).credentials(trust).build()) {
      assertEquals("Hello", chat(client, request("echo")));
    }
  }

  @Test
  @DisplayName("does not trust an authority that nobody gave")
  void doesNotTrustAnAuthorityThatNobodyGave() {
    try (var client = WeftClient.builder(tlsAddress(), KEY).build()) {
      var failure = assertThrows(WeftException.class, () -> chat(client, request("echo")));
      assertEquals(Status.Code.UNAVAILABLE, failure.code());
    }
  }

  @Test
  @DisplayName("does not speak plaintext unless that is asked for")
  void doesNotSpeakPlaintextUnasked() {
    String user = newUser();
    try (var careful = WeftClient.builder(Scripted.address(), KEY).build();
        var client = connect()) {
      var failure = assertThrows(WeftException.class, () -> chat(careful, request("echo", "Hello", user)));
      assertEquals(Status.Code.UNAVAILABLE, failure.code());
      assertEquals(1, seenByTheServer(client, user).attempts());
    }
  }

  @Test
  @DisplayName("takes messages of more than 4 MiB both ways")
  void takesLargeMessages() {
    String content = "a".repeat(5 * 1024 * 1024);
    try (var client = connect()) {
      assertEquals(content.length(), chat(client, request("echo", content, "")).length());
    }
  }

  @Test
  @DisplayName("carries streams side by side")
  void carriesStreamsSideBySide() throws Exception {
    List<String> contents = IntStream.range(0, 20).mapToObj(number -> "the answer to question " + number).toList();
    var threads = Executors.newFixedThreadPool(contents.size());
    try (var client = connect()) {
      var answers = new ArrayList<Future<String>>();
      for (String content : contents) {
        answers.add(threads.submit(() -> textOf(client.streamChat(request("echo", content, "")))));
      }
      for (int index = 0; index < contents.size(); index++) {
        assertEquals(contents.get(index).replace(" ", ""), answers.get(index).get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  @DisplayName("keeps nothing of streams that were left")
  void keepsNothingOfStreamsThatWereLeft() throws InterruptedException {
    String user = newUser();
    try (var client = connect()) {
      for (int count = 0; count < 50; count++) {
        try (var stream = client.streamChat(request("endless", "Hello", user))) {
          assertTrue(stream.hasNext());
        }
      }
      assertTrue(comesTrue(() -> seenByTheServer(client, user).openStreams() == 0));
    }
  }

  @Test
  @DisplayName("that is closed ends its streams with an error")
  void thatIsClosedEndsItsStreams() {
    var client = connect();
    try (var stream = client.streamChat(request("endless"))) {
      stream.next();
      client.close();
      var failure = assertThrows(WeftException.class, () -> stream.forEachRemaining(event -> {}));
      assertEquals(Status.Code.UNAVAILABLE, failure.code());
    }
  }

  @Test
  @DisplayName("that is closed makes no calls")
  void thatIsClosedMakesNoCalls() {
    var client = connect();
    client.close();
    assertThrows(WeftException.class, () -> chat(client, request("echo")));
    assertThrows(WeftException.class, () -> textOf(client.streamChat(request("echo"))));
  }

  @Test
  @DisplayName("that died in silence is noticed")
  void thatDiedInSilenceIsNoticed() {
    // The real ones would make this test last half a minute; grpc lets the first be no shorter than 10 seconds.
    Duration timeout = Duration.ofMinutes(1);
    try (var client = connect(builder -> builder.timeout(timeout).keepAlive(Duration.ofSeconds(1), Duration.ofSeconds(1)))) {
      var failure = assertThrows(WeftException.class, () -> textOf(client.streamChat(request("silence"))));
      assertEquals(Status.Code.UNAVAILABLE, failure.code());
    }
  }
}
