package com.weft.example;

import com.google.gson.Gson;
import com.weft.client.StreamTruncatedException;
import com.weft.client.WeftClient;
import com.weft.retrieval.v1.ProbeSearchRequest;
import com.weft.retrieval.v1.SearchServiceGrpc;
import com.weft.retrieval.v1.StreamProbeSearchRequest;
import java.util.ArrayList;
import java.util.List;

/** Calls the RPCs of probe-contract.mjs, as any other. */
final class Probe {
  private record Found(String answer, List<String> words, boolean cut) {}

  public static void main(String[] arguments) {
    try (var client = WeftClient.builder(System.getenv("PROBE_ADDRESS"), "key").plaintext().build()) {
      var search = client.stub(SearchServiceGrpc::newBlockingStub);
      var answer = client.call(() -> search.probeSearch(ProbeSearchRequest.newBuilder().setQuery("owls").build()));
      var words = new ArrayList<String>();
      var whole = StreamProbeSearchRequest.newBuilder().setQuery("two words");
      try (var stream = client.stream(SearchServiceGrpc.getStreamProbeSearchMethod(), whole.build())) {
        for (var event : stream) {
          if (event.hasWord()) {
            words.add(event.getWord().getLetters());
          }
        }
      }
      boolean cut = false;
      try (var stream = client.stream(SearchServiceGrpc.getStreamProbeSearchMethod(), whole.setCut(true).build())) {
        stream.forEachRemaining(event -> {});
      } catch (StreamTruncatedException thrown) {
        cut = true;
      }
      System.out.println(new Gson().toJson(new Found(answer.getText(), words, cut)));
    }
  }
}
