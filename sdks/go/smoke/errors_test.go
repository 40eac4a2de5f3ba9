package smoke

import (
	"errors"
	"testing"

	"google.golang.org/grpc/codes"

	weft "github.com/weft/weft-go"
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
