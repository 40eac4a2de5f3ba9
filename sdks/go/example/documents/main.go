// Ingests a document and finds it:
//
//	WEFT_API_KEY=... go run ./example/documents owls
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	weft "github.com/weft/weft-go"
	retrievalv1 "github.com/weft/weft-go/gen/weft/retrieval/v1"
)

func main() {
	if err := run(context.Background()); err != nil {
		explain(err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	address := cmp.Or(os.Getenv("WEFT_GRPC_ADDRESS"), "127.0.0.1:9090")
	conn, err := weft.Dial(address, os.Getenv("WEFT_API_KEY"), weft.WithPlaintext())
	if err != nil {
		return err
	}
	defer conn.Close()
	name := "owls"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	if err := create(ctx, conn, name); err != nil {
		return err
	}

	owls := &retrievalv1.DocumentInput{Uri: "owls.md", Content: []byte("# Owls\n\nOwls hunt at night and see in the dark.")}
	documents := retrievalv1.NewDocumentServiceClient(conn)
	ingestion := &retrievalv1.IngestDocumentsRequest{Collection: name, Documents: []*retrievalv1.DocumentInput{owls}}
	if _, err := documents.IngestDocuments(ctx, ingestion); err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	search := retrievalv1.NewSearchServiceClient(conn)
	query := &retrievalv1.SearchDocumentsRequest{Collections: []string{name}, Query: "When do owls hunt?"}
	found, err := search.SearchDocuments(ctx, query)
	if err != nil {
		return err
	}
	for _, hit := range found.GetHits() {
		fmt.Printf("%s: %s\n", hit.GetPassage().GetUri(), hit.GetPassage().GetText())
	}
	return nil
}

func create(ctx context.Context, conn *grpc.ClientConn, name string) error {
	collections := retrievalv1.NewCollectionServiceClient(conn)
	_, err := collections.CreateCollection(ctx, &retrievalv1.CreateCollectionRequest{Name: name})
	var refused *weft.Error
	if errors.As(err, &refused) && refused.Code == codes.AlreadyExists {
		return nil // From the last time.
	}
	return err
}

func explain(err error) {
	var refused *weft.Error
	if !errors.As(err, &refused) {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Fprintf(os.Stderr, "%s %s: %s\n", refused.Code, refused.Reason, refused.Message)
	for _, violation := range refused.FieldViolations {
		fmt.Fprintf(os.Stderr, "%s: %s\n", violation.Field, violation.Description)
	}
	if refused.RetryDelay > 0 {
		fmt.Fprintf(os.Stderr, "try again in %s\n", refused.RetryDelay)
	}
}
