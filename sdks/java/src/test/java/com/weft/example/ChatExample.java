package com.weft.example;

import com.weft.client.StreamTruncatedException;
import com.weft.client.WeftClient;
import com.weft.client.WeftException;
import com.weft.common.v1.Message;
import com.weft.common.v1.Role;
import com.weft.orchestrator.v1.ChatRequest;
import java.util.Map;

/** Asks weft and prints the answer as it comes. {@code WEFT_API_KEY} is the key, the arguments are the question. */
public final class ChatExample {
  private ChatExample() {}

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    String address = environment.getOrDefault("WEFT_GRPC_ADDRESS", "127.0.0.1:9090");
    String key = environment.get("WEFT_API_KEY");
    String model = environment.getOrDefault("WEFT_MODEL", "default");
    String question = arguments.length > 0 ? String.join(" ", arguments) : "What can you do?";
    try {
      ask(address, key, model, question);
    } catch (StreamTruncatedException cut) {
      System.err.println("The answer was cut off.");
      System.exit(1);
    } catch (WeftException refused) {
      System.err.println(refused.getMessage());
      System.exit(1);
    }
  }

  private static void ask(String address, String key, String model, String question) {
    var request =
        ChatRequest.newBuilder()
            .setModel(model)
            .addMessages(Message.newBuilder().setRole(Role.ROLE_USER).setContent(question))
            .build();
    try (var client = WeftClient.builder(address, key).plaintext().build();
        var stream = client.streamChat(request)) {
      for (var event : stream) {
        System.out.print(event.getText().getText());
        if (event.hasCompleted()) {
          System.out.println();
          for (var citation : event.getCompleted().getCitationsList()) {
            System.out.println("[" + citation.getPassage().getNumber() + "] " + citation.getPassage().getUri());
          }
        }
      }
    }
  }
}
