package com.weft.example;

import com.weft.client.WeftClient;
import com.weft.common.v1.Message;
import com.weft.common.v1.Role;
import com.weft.orchestrator.v1.ChatRequest;
import io.grpc.CallOptions;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Prints the beginning of an answer and hangs up. {@code WEFT_API_KEY} is the key, the arguments are the question. */
public final class CancelExample {
  private CancelExample() {}

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    String address = environment.getOrDefault("WEFT_GRPC_ADDRESS", "127.0.0.1:9090");
    String question = arguments.length > 0 ? String.join(" ", arguments) : "Count to a million.";
    var request =
        ChatRequest.newBuilder()
            .setModel(environment.getOrDefault("WEFT_MODEL", "default"))
            .addMessages(Message.newBuilder().setRole(Role.ROLE_USER).setContent(question))
            .build();
    try (var client = WeftClient.builder(address, environment.get("WEFT_API_KEY")).plaintext().build()) {
      var text = new StringBuilder();
      var options = CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.MINUTES);
      try (var stream = client.streamChat(request, options)) {
        for (var event : stream) {
          text.append(event.getText().getText());
          if (text.length() >= 20) {
            break;
          }
        }
      }
      System.out.println(text);
    }
  }
}
