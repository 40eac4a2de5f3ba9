package com.weft.smoke;

import static com.weft.smoke.LiveWeft.connect;
import static com.weft.smoke.LiveWeft.setting;
import static com.weft.smoke.LiveWeft.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.weft.client.WeftClient;
import com.weft.client.WeftException;
import com.weft.gateway.v1.ApiKeyServiceGrpc;
import com.weft.gateway.v1.CreateApiKeyRequest;
import com.weft.orchestrator.v1.ChatRequest;
import com.weft.retrieval.v1.CollectionServiceGrpc;
import com.weft.retrieval.v1.CreateCollectionRequest;
import com.weft.retrieval.v1.GetCollectionRequest;
import com.weft.retrieval.v1.ListCollectionsRequest;
import io.grpc.Status;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A live weft refuses")
class ErrorsSmokeTest {
  private static WeftException refusal(
      WeftClient client, Function<CollectionServiceGrpc.CollectionServiceBlockingStub, Object> call) {
    try (client) {
      var collections = client.stub(CollectionServiceGrpc::newBlockingStub);
      return assertThrows(WeftException.class, () -> client.call(() -> call.apply(collections)));
    }
  }

  @Test
  @DisplayName("what is missing, with NOT_FOUND and its reason")
  void whatIsMissing() {
    var request = GetCollectionRequest.newBuilder().setName(unique("missing")).build();
    var refused = refusal(connect(), collections -> collections.getCollection(request));
    assertEquals(List.of(Status.Code.NOT_FOUND, "COLLECTION_NOT_FOUND"), List.of(refused.code(), refused.reason()));
  }

  @Test
  @DisplayName("a wrong field, with INVALID_ARGUMENT and its name")
  void aWrongField() {
    var request = CreateCollectionRequest.newBuilder().setName("Not a name!").build();
    var refused = refusal(connect(), collections -> collections.createCollection(request));
    var fields = refused.fieldViolations().stream().map(WeftException.FieldViolation::field).toList();
    assertEquals(List.of(Status.Code.INVALID_ARGUMENT, List.of("name")), List.of(refused.code(), fields));
  }

  @Test
  @DisplayName("a stream with a wrong field, before its first event")
  void aStreamWithAWrongField() {
    try (var client = connect();
        var stream = client.streamChat(ChatRequest.newBuilder().setModel("fake-model").build())) {
      var refused = assertThrows(WeftException.class, stream::next);
      var fields = refused.fieldViolations().stream().map(WeftException.FieldViolation::field).toList();
      assertEquals(List.of("call.messages"), fields);
    }
  }

  @Test
  @DisplayName("a key that is not known, with UNAUTHENTICATED")
  void aKeyThatIsNotKnown() {
    var request = GetCollectionRequest.newBuilder().setName("any").build();
    var stranger = connect(setting("WEFT_GRPC_ADDRESS"), "weft_not_a_key");
    assertEquals(
        Status.Code.UNAUTHENTICATED, refusal(stranger, collections -> collections.getCollection(request)).code());
  }

  @Test
  @DisplayName("what is over a limit, and says which and when to come back")
  void whatIsOverALimit() {
    var request =
        CreateApiKeyRequest.newBuilder()
            .setDisplayName("java")
            .addScopes("collections:read")
            .setRequestsPerMinute(1)
            .build();
    try (var client = connect()) {
      var keys = client.stub(ApiKeyServiceGrpc::newBlockingStub);
      var limited = connect(setting("WEFT_GRPC_ADDRESS"), client.call(() -> keys.createApiKey(request)).getSecret());
      var list = ListCollectionsRequest.getDefaultInstance();
      var refused =
          refusal(
              limited,
              collections -> {
                collections.listCollections(list);
                collections.listCollections(list);
                return collections.listCollections(list);
              });
      assertEquals("RATE_LIMITED", refused.reason());
      assertEquals(1, refused.quotaViolations().size());
      assertTrue(refused.retryDelay().orElseThrow().toMillis() > 0);
    }
  }
}
