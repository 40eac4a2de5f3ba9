package com.weft.example;

import com.google.protobuf.ByteString;
import com.weft.client.WeftClient;
import com.weft.client.WeftException;
import com.weft.retrieval.v1.CollectionServiceGrpc;
import com.weft.retrieval.v1.CreateCollectionRequest;
import com.weft.retrieval.v1.DocumentInput;
import com.weft.retrieval.v1.DocumentServiceGrpc;
import com.weft.retrieval.v1.IngestDocumentsRequest;
import com.weft.retrieval.v1.SearchDocumentsRequest;
import com.weft.retrieval.v1.SearchServiceGrpc;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;

/** Ingests a document and finds it. {@code WEFT_API_KEY} is the key, the argument is the collection. */
public final class DocumentsExample {
  private DocumentsExample() {}

  public static void main(String[] arguments) {
    String address = System.getenv().getOrDefault("WEFT_GRPC_ADDRESS", "127.0.0.1:9090");
    String name = arguments.length > 0 ? arguments[0] : "owls";
    try (var client = WeftClient.builder(address, System.getenv("WEFT_API_KEY")).plaintext().build()) {
      create(client, name);
      ingestAndSearch(client, name);
    } catch (WeftException refused) {
      explain(refused);
      System.exit(1);
    }
  }

  private static void create(WeftClient client, String name) {
    var collections = client.stub(CollectionServiceGrpc::newBlockingStub);
    try {
      client.call(() -> collections.createCollection(CreateCollectionRequest.newBuilder().setName(name).build()));
    } catch (WeftException refused) {
      // It may be there from the last time.
      if (refused.code() != Status.Code.ALREADY_EXISTS) {
        throw refused;
      }
    }
  }

  private static void ingestAndSearch(WeftClient client, String name) {
    var content = ByteString.copyFromUtf8("# Owls\n\nOwls hunt at night and see in the dark.");
    var owls = DocumentInput.newBuilder().setUri("owls.md").setContent(content);
    var ingestion = IngestDocumentsRequest.newBuilder().setCollection(name).addDocuments(owls).build();
    var documents = client.stub(DocumentServiceGrpc::newBlockingStub);
    client.call(() -> documents.ingestDocuments(ingestion));

    var query = SearchDocumentsRequest.newBuilder().addCollections(name).setQuery("When do owls hunt?").build();
    var search = client.stub(SearchServiceGrpc::newBlockingStub);
    var found = client.call(() -> search.withDeadlineAfter(10, TimeUnit.SECONDS).searchDocuments(query));
    for (var hit : found.getHitsList()) {
      System.out.println(hit.getPassage().getUri() + ": " + hit.getPassage().getText());
    }
  }

  private static void explain(WeftException refused) {
    System.err.println(refused.code() + " " + refused.reason() + ": " + refused.text());
    for (var violation : refused.fieldViolations()) {
      System.err.println(violation.field() + ": " + violation.description());
    }
    refused.retryDelay().ifPresent(delay -> System.err.println("try again in " + delay.toMillis() + " ms"));
  }
}
