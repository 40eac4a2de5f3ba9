package com.weft.smoke;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.weft.client.WeftClient;
import com.weft.common.v1.Message;
import com.weft.common.v1.Role;
import com.weft.orchestrator.v1.ChatRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The weft under test and its scripted provider, which the WEFT_ variables name; see smoke-test.sh. */
final class LiveWeft {
  /** An answer that lasts longer than any test. */
  static final Map<String, Object> SLOW =
      Map.of("text", List.of("word "), "repeat", 100_000, "delayBetweenTokensMs", 5);

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private LiveWeft() {}

  /** Reads a variable that names the weft under test; without it the test fails. */
  static String setting(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalStateException(name + " is not set: run smoke-test.sh, or tools/repo/test-sdks.mjs");
    }
    return value;
  }

  static WeftClient connect() {
    return connect(setting("WEFT_GRPC_ADDRESS"), setting("WEFT_API_KEY"));
  }

  static WeftClient connect(String address, String key) {
    return WeftClient.builder(address, key).timeout(Duration.ofSeconds(30)).plaintext().build();
  }

  /** Asks the provider's model. */
  static ChatRequest question(String content) {
    return ChatRequest.newBuilder()
        .setModel("fake-model")
        .addMessages(Message.newBuilder().setRole(Role.ROLE_USER).setContent(content))
        .build();
  }

  /** Makes a text that no other test, of this language or another, has sent. */
  static String unique(String text) {
    return text + "-java-" + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Tells the provider how to answer its next chat; what a failed test has left there is forgotten. */
  static void script(Map<String, Object> script) throws IOException, InterruptedException {
    String body = new Gson().toJson(Map.of("enqueue", List.of(script)));
    for (String method : List.of("DELETE", "POST")) {
      var request =
          HttpRequest.newBuilder(URI.create(setting("WEFT_PROVIDER_URL") + "/__fake/scripts"))
              .header("content-type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build();
      var answer = HTTP.send(request, BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IllegalStateException("The provider refused the script: " + answer.body());
      }
    }
  }

  /** Waits until the provider has seen its client hang up on the request whose body contains a text; returns what it saw last. */
  static String outcomeOf(String content) throws IOException, InterruptedException {
    Instant latest = Instant.now().plus(PATIENCE);
    String outcome = outcomeNow(content);
    while (!outcome.equals("hung-up") && Instant.now().isBefore(latest)) {
      Thread.sleep(20);
      outcome = outcomeNow(content);
    }
    return outcome;
  }

  private static String outcomeNow(String content) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(setting("WEFT_PROVIDER_URL") + "/__fake/requests")).build();
    var record = JsonParser.parseString(HTTP.send(request, BodyHandlers.ofString()).body()).getAsJsonObject();
    for (JsonElement seen : record.getAsJsonArray("requests")) {
      if (String.valueOf(seen.getAsJsonObject().get("body")).contains(content)) {
        return seen.getAsJsonObject().get("outcome").getAsString();
      }
    }
    return "no request";
  }
}
