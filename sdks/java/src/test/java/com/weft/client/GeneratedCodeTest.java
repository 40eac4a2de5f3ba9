package com.weft.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The jar")
class GeneratedCodeTest {
  private static final Pattern SERVICE = Pattern.compile("\\b(\\w+)Grpc\\.");
  private static final Path CLASSES = Path.of("target", "classes");

  @Test
  @DisplayName("names by hand no service but chat, so that a new RPC needs no line of it")
  void namesNoServiceButChat() throws IOException {
    Set<String> named = new TreeSet<>();
    try (var files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        var code = Files.readString(file).replaceAll("(?m)^\\s*/?\\*.*$", "");
        SERVICE.matcher(code).results().forEach(match -> named.add(match.group(1)));
      }
    }
    assertEquals(Set.of("ChatService"), named);
  }

  @Test
  @DisplayName("holds nothing internal")
  void holdsNothingInternal() throws IOException, ReflectiveOperationException {
    var list = Files.readString(Path.of("..", ".generated", "internal-names.json"));
    var internal = Set.of(new Gson().fromJson(list, String[].class));
    var names = namesInTheJar();
    assertTrue(internal.contains("weft.cache.v1.CacheService.LookupEntry"));
    assertTrue(names.contains("weft.cache.v1.CacheService.PurgeEntries"));
    names.retainAll(internal);
    assertEquals(Set.of(), names);
  }

  /** The full names of every service, RPC, message and enum that the descriptors of the classes describe. */
  private static Set<String> namesInTheJar() throws IOException, ReflectiveOperationException {
    Set<String> names = new TreeSet<>();
    try (var files = Files.walk(CLASSES)) {
      for (Path file : files.filter(path -> path.toString().endsWith("Proto.class")).toList()) {
        String name = CLASSES.relativize(file).toString().replaceAll("\\.class$", "").replace('/', '.');
        var described = (FileDescriptor) Class.forName(name).getMethod("getDescriptor").invoke(null);
        addTypes(names, described.getMessageTypes(), described.getEnumTypes());
        for (var service : described.getServices()) {
          names.add(service.getFullName());
          service.getMethods().forEach(method -> names.add(method.getFullName()));
        }
      }
    }
    return names;
  }

  private static void addTypes(Set<String> names, List<Descriptor> messages, List<EnumDescriptor> enums) {
    enums.forEach(type -> names.add(type.getFullName()));
    for (Descriptor message : messages) {
      names.add(message.getFullName());
      addTypes(names, message.getNestedTypes(), message.getEnumTypes());
    }
  }
}
