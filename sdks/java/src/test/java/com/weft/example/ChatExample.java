package com.weft.example;

import com.weft.client.StreamTruncatedException;
import com.weft.client.WeftClient;
import com.weft.client.WeftException;
import com.weft.common.v1.Message;
import com.weft.common.v1.Role;
import com.weft.orchestrator.v1.ChatRequest;
import java.io.PrintStream;
import java.time.Duration;

/**
 * Asks weft a question and prints the answer as it comes, with the passages that it cites. Arguments: the key, the model or
 * assistant, the question, and weft's gRPC door if it is not on this machine's port 9090.
 */
public final class ChatExample {
  private ChatExample() {}

  public static void main(String[] arguments) {
    if (arguments.length < 3) {
      System.err.println("usage: ChatExample <key> <model> <question> [host:port]");
      System.exit(2);
    }
    String address = arguments.length > 3 ? arguments[3] : "127.0.0.1:9090";
    try {
      ask(address, arguments[0], arguments[1], arguments[2], System.out);
    } catch (StreamTruncatedException cut) {
      System.err.println("The answer was cut.");
      System.exit(1);
    } catch (WeftException refused) {
      System.err.println(refused.getMessage());
      refused.retryDelay().ifPresent(delay -> System.err.println("Try again in " + delay.toMillis() + " ms."));
      System.exit(1);
    }
  }

  /** Prints the answer to a question. */
  public static void ask(String address, String key, String model, String question, PrintStream out) {
    var request =
        ChatRequest.newBuilder()
            .setModel(model)
            .addMessages(Message.newBuilder().setRole(Role.ROLE_USER).setContent(question))
            .build();
    try (var client = WeftClient.builder(address, key).timeout(Duration.ofMinutes(1)).plaintext().build();
        var stream = client.streamChat(request)) {
      for (var event : stream) {
        out.print(event.getText().getText());
        if (event.hasCompleted()) {
          out.println();
          for (var citation : event.getCompleted().getCitationsList()) {
            out.println("[" + citation.getPassage().getNumber() + "] " + citation.getPassage().getUri());
          }
        }
      }
    }
  }
}
