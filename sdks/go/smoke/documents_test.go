package smoke

import (
	"testing"

	"google.golang.org/grpc"

	weft "github.com/weft/weft-go"
	retrievalv1 "github.com/weft/weft-go/gen/weft/retrieval/v1"
)

var documents = []*retrievalv1.DocumentInput{
	{Uri: "loom.md", Content: []byte("# Looms\n\nA shuttle carries the weft thread between the warp threads.\n")},
	{Uri: "bread.md", Content: []byte("# Bread\n\nKnead the dough, then let it rise for an hour.\n")},
}

// collection makes an empty one of a name of its own.
func collection(t *testing.T, conn *grpc.ClientConn) string {
	t.Helper()
	collections := retrievalv1.NewCollectionServiceClient(conn)
	name := unique("smoke")
	if _, err := collections.CreateCollection(t.Context(), &retrievalv1.CreateCollectionRequest{Name: name}); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestADocumentThatWasIngestedIsFound(t *testing.T) {
	conn := connect(t)
	name := collection(t, conn)
	answer, err := retrievalv1.NewDocumentServiceClient(conn).IngestDocuments(t.Context(),
		&retrievalv1.IngestDocumentsRequest{Collection: name, Documents: documents})
	if err != nil || len(answer.GetResults()) != len(documents) {
		t.Fatalf("got %v, %v", answer, err)
	}
	found, err := retrievalv1.NewSearchServiceClient(conn).SearchDocuments(t.Context(),
		&retrievalv1.SearchDocumentsRequest{Collections: []string{name}, Query: "What carries the weft thread?"})
	if err != nil || len(found.GetHits()) == 0 || found.GetHits()[0].GetPassage().GetUri() != "loom.md" {
		t.Fatalf("got %v, %v", found, err)
	}
}

func TestAnyStreamIsIteratedAsAChatIs(t *testing.T) {
	conn := connect(t)
	client := retrievalv1.NewDocumentServiceClient(conn)
	request := &retrievalv1.StreamIngestDocumentsRequest{
		Ingestion: &retrievalv1.IngestDocumentsRequest{Collection: collection(t, conn), Documents: documents},
	}
	var end *retrievalv1.IngestCompleted
	for event, err := range weft.Stream(t.Context(), client.StreamIngestDocuments, request) {
		if err != nil {
			t.Fatal(err)
		}
		end = event.GetCompleted()
	}
	if end.GetCreated() != int32(len(documents)) {
		t.Fatalf("got %v", end)
	}
}
