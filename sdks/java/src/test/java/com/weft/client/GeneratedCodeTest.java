package com.weft.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is written by hand")
class GeneratedCodeTest {
  private static final Pattern SERVICE = Pattern.compile("\\b(\\w+)Grpc\\.");

  @Test
  @DisplayName("names no service but chat, so that a new RPC needs no line of it")
  void namesNoServiceButChat() throws IOException {
    Set<String> named = new TreeSet<>();
    try (var files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        var code = Files.readString(file).replaceAll("(?m)^\\s*\\*.*$", "");
        SERVICE.matcher(code).results().forEach(match -> named.add(match.group(1)));
      }
    }
    assertEquals(Set.of("ChatService"), named);
  }
}
