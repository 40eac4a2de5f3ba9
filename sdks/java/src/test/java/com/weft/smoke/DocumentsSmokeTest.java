package com.weft.smoke;

import static com.weft.smoke.LiveWeft.connect;
import static com.weft.smoke.LiveWeft.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import com.weft.client.WeftClient;
import com.weft.retrieval.v1.CollectionServiceGrpc;
import com.weft.retrieval.v1.CreateCollectionRequest;
import com.weft.retrieval.v1.DocumentInput;
import com.weft.retrieval.v1.DocumentServiceGrpc;
import com.weft.retrieval.v1.IngestDocumentsRequest;
import com.weft.retrieval.v1.SearchDocumentsRequest;
import com.weft.retrieval.v1.SearchServiceGrpc;
import com.weft.retrieval.v1.StreamIngestDocumentsRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Documents in a live weft")
class DocumentsSmokeTest {
  /** Makes a collection, and asks to ingest two documents into it. */
  private static IngestDocumentsRequest ingestion(WeftClient client) {
    var collections = client.stub(CollectionServiceGrpc::newBlockingStub);
    String name = unique("smoke");
    client.call(() -> collections.createCollection(CreateCollectionRequest.newBuilder().setName(name).build()));
    return IngestDocumentsRequest.newBuilder()
        .setCollection(name)
        .addDocuments(document("loom.md", "# Looms\n\nA shuttle carries the weft thread between the warp threads.\n"))
        .addDocuments(document("bread.md", "# Bread\n\nKnead the dough, then let it rise for an hour.\n"))
        .build();
  }

  private static DocumentInput document(String uri, String content) {
    return DocumentInput.newBuilder().setUri(uri).setContent(ByteString.copyFromUtf8(content)).build();
  }

  @Test
  @DisplayName("are found once they are ingested")
  void areFound() {
    try (var client = connect()) {
      var documents = client.stub(DocumentServiceGrpc::newBlockingStub);
      var search = client.stub(SearchServiceGrpc::newBlockingStub);
      var ingestion = ingestion(client);
      client.call(() -> documents.ingestDocuments(ingestion));
      var query =
          SearchDocumentsRequest.newBuilder()
              .addCollections(ingestion.getCollection())
              .setQuery("What carries the weft thread?")
              .build();
      var found = client.call(() -> search.searchDocuments(query));
      assertEquals("loom.md", found.getHits(0).getPassage().getUri());
    }
  }

  @Test
  @DisplayName("are ingested by any stream, which is read as a chat is")
  void areIngestedByAStream() {
    try (var client = connect()) {
      var request = StreamIngestDocumentsRequest.newBuilder().setIngestion(ingestion(client)).build();
      int created = 0;
      try (var stream = client.stream(DocumentServiceGrpc.getStreamIngestDocumentsMethod(), request)) {
        for (var event : stream) {
          created = event.getCompleted().getCreated();
        }
      }
      assertEquals(2, created);
    }
  }
}
