package com.weft.smoke;

import static com.weft.smoke.LiveWeft.SLOW;
import static com.weft.smoke.LiveWeft.outcomeOf;
import static com.weft.smoke.LiveWeft.script;
import static com.weft.smoke.LiveWeft.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.weft.example.CancelExample;
import com.weft.example.ChatExample;
import com.weft.example.DocumentsExample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The example")
class ExamplesTest {
  private record Ended(int code, String output) {}

  /** Runs an example as a process of its own; its output is that of both streams. */
  private static Ended run(Class<?> example, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), example.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("WEFT_MODEL", "fake-model");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  @Test
  @DisplayName("chat prints the answer")
  void chatPrintsTheAnswer() throws IOException, InterruptedException {
    script(Map.of("text", List.of("An ", "example ", "answers.")));
    assertEquals(new Ended(0, "An example answers.\n"), run(ChatExample.class, unique("example")));
  }

  @Test
  @DisplayName("documents finds what it ingests, the second time too")
  void documentsFindsWhatItIngests() throws IOException, InterruptedException {
    String name = unique("owls");
    for (int times = 0; times < 2; times++) {
      String output = run(DocumentsExample.class, name).output();
      assertTrue(output.matches("(?s)owls\\.md: .*hunt at night.*"), output);
    }
  }

  @Test
  @DisplayName("documents tells what is wrong")
  void documentsTellsWhatIsWrong() throws IOException, InterruptedException {
    Ended ended = run(DocumentsExample.class, "No Such Name!");
    assertTrue(ended.output().matches("(?s)INVALID_ARGUMENT .*\nname: .*"), ended.output());
    assertEquals(1, ended.code());
  }

  @Test
  @DisplayName("cancel hangs up on the provider")
  void cancelHangsUp() throws IOException, InterruptedException {
    String content = unique("example");
    script(SLOW);
    String output = run(CancelExample.class, content).output();
    assertTrue(output.startsWith("word word word word"), output);
    assertEquals("hung-up", outcomeOf(content));
  }
}
