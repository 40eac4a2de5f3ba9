package com.weft.smoke;

import static com.weft.smoke.LiveWeft.SLOW;
import static com.weft.smoke.LiveWeft.connect;
import static com.weft.smoke.LiveWeft.outcomeOf;
import static com.weft.smoke.LiveWeft.question;
import static com.weft.smoke.LiveWeft.script;
import static com.weft.smoke.LiveWeft.setting;
import static com.weft.smoke.LiveWeft.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.weft.client.StreamFailedException;
import com.weft.orchestrator.v1.StreamChatResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A chat with a live weft")
class ChatSmokeTest {
  private static List<StreamChatResponse> answer() throws IOException, InterruptedException {
    script(Map.of("text", List.of("A ", "streamed ", "answer.")));
    var events = new ArrayList<StreamChatResponse>();
    try (var client = connect();
        var stream = client.streamChat(question(unique("chat")))) {
      stream.forEachRemaining(events::add);
    }
    return events;
  }

  @Test
  @DisplayName("gives its text in pieces")
  void givesItsText() throws IOException, InterruptedException {
    var text = new StringBuilder();
    answer().forEach(event -> text.append(event.getText().getText()));
    assertEquals("A streamed answer.", text.toString());
  }

  @Test
  @DisplayName("is in sequence from 1 without holes")
  void isInSequence() throws IOException, InterruptedException {
    var sequences = answer().stream().map(StreamChatResponse::getSequence).toList();
    assertEquals(LongStream.rangeClosed(1, sequences.size()).boxed().toList(), sequences);
  }

  @Test
  @DisplayName("ends with its terminal event, which tells the usage")
  void endsWithItsTerminalEvent() throws IOException, InterruptedException {
    var events = answer();
    assertTrue(events.get(events.size() - 1).getCompleted().getUsage().getOutputTokens() > 0);
  }

  @Test
  @DisplayName("hangs up on the provider when the stream is closed")
  void hangsUp() throws IOException, InterruptedException {
    String content = unique("cancel");
    script(SLOW);
    try (var client = connect()) {
      try (var stream = client.streamChat(question(content))) {
        while (!stream.next().hasText()) {
          // The first text says that the provider is answering.
        }
      }
      assertEquals("hung-up", outcomeOf(content));
    }
  }

  @Test
  @DisplayName("throws the reason of a provider that breaks")
  void throwsTheReason() throws IOException, InterruptedException {
    script(Map.of("text", List.of("a ", "b ", "c "), "cut", Map.of("at", 2, "how", "end")));
    try (var client = connect();
        var stream = client.streamChat(question(unique("break")))) {
      var failure = assertThrows(StreamFailedException.class, () -> stream.forEachRemaining(event -> {}));
      assertEquals("PROVIDER_STREAM_TRUNCATED", failure.reason());
    }
  }
}
