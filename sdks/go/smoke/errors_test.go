package smoke

import (
	"errors"
	"testing"

	"google.golang.org/grpc/codes"

	weft "github.com/weft/weft-go"
	gatewayv1 "github.com/weft/weft-go/gen/weft/gateway/v1"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
	retrievalv1 "github.com/weft/weft-go/gen/weft/retrieval/v1"
)

func TestACollectionThatIsMissingIsNotFoundWithItsReason(t *testing.T) {
	collections := retrievalv1.NewCollectionServiceClient(connect(t))
	_, err := collections.GetCollection(t.Context(), &retrievalv1.GetCollectionRequest{Name: unique("missing")})
	var refused *weft.Error
	if !errors.As(err, &refused) || refused.Code != codes.NotFound || refused.Reason != "COLLECTION_NOT_FOUND" {
		t.Fatalf("got %v", err)
	}
}

func TestAFieldThatIsWrongIsNamed(t *testing.T) {
	collections := retrievalv1.NewCollectionServiceClient(connect(t))
	_, err := collections.CreateCollection(t.Context(), &retrievalv1.CreateCollectionRequest{Name: "Not a name!"})
	var refused *weft.Error
	if !errors.As(err, &refused) || refused.Code != codes.InvalidArgument || len(refused.FieldViolations) != 1 {
		t.Fatalf("got %v", err)
	}
	if violation := refused.FieldViolations[0]; violation.Field != "name" || violation.Description == "" {
		t.Fatalf("got %+v", violation)
	}
}

func TestAStreamThatIsRefusedNamesTheField(t *testing.T) {
	var last error
	for _, err := range weft.StreamChat(t.Context(), connect(t), &orchestratorv1.ChatRequest{Model: "fake-model"}) {
		last = err
	}
	var refused *weft.Error
	if !errors.As(last, &refused) || refused.Code != codes.InvalidArgument || len(refused.FieldViolations) == 0 {
		t.Fatalf("got %v", last)
	}
}

func TestAKeyThatIsNotKnownIsUnauthenticated(t *testing.T) {
	conn := connectTo(t, setting(t, "WEFT_GRPC_ADDRESS"), "weft_not_a_key")
	_, err := retrievalv1.NewCollectionServiceClient(conn).ListCollections(t.Context(), &retrievalv1.ListCollectionsRequest{})
	var refused *weft.Error
	if !errors.As(err, &refused) || refused.Code != codes.Unauthenticated || refused.Reason == "" {
		t.Fatalf("got %v", err)
	}
}

func TestALimitThatIsPassedSaysWhichAndWhenToComeBack(t *testing.T) {
	made, err := gatewayv1.NewApiKeyServiceClient(connect(t)).CreateApiKey(t.Context(), &gatewayv1.CreateApiKeyRequest{
		DisplayName: "go", Scopes: []string{"collections:read"}, RequestsPerMinute: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	limited := retrievalv1.NewCollectionServiceClient(connectTo(t, setting(t, "WEFT_GRPC_ADDRESS"), made.GetSecret()))
	for times := 0; err == nil && times < 3; times++ {
		_, err = limited.ListCollections(t.Context(), &retrievalv1.ListCollectionsRequest{})
	}
	var refused *weft.Error
	if !errors.As(err, &refused) || refused.Reason != "RATE_LIMITED" || len(refused.QuotaViolations) != 1 {
		t.Fatalf("got %v", err)
	}
	if refused.RetryDelay <= 0 {
		t.Fatalf("to come back in %s", refused.RetryDelay)
	}
}
