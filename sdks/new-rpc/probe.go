// Calls the RPCs of probe-contract.mjs, as any other.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	weft "github.com/weft/weft-go"
	retrievalv1 "github.com/weft/weft-go/gen/weft/retrieval/v1"
)

func main() {
	ctx := context.Background()
	conn, err := weft.Dial(os.Getenv("PROBE_ADDRESS"), "key", weft.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	search := retrievalv1.NewSearchServiceClient(conn)
	answer, err := search.ProbeSearch(ctx, &retrievalv1.ProbeSearchRequest{Query: "owls"})
	if err != nil {
		log.Fatal(err)
	}
	var words []string
	whole := &retrievalv1.StreamProbeSearchRequest{Query: "two words"}
	for event, err := range weft.Stream(ctx, search.StreamProbeSearch, whole) {
		if err != nil {
			log.Fatal(err)
		}
		if word := event.GetWord(); word != nil {
			words = append(words, word.GetLetters())
		}
	}
	cut := false
	broken := &retrievalv1.StreamProbeSearchRequest{Query: "two words", Cut: true}
	for _, err := range weft.Stream(ctx, search.StreamProbeSearch, broken) {
		cut = errors.Is(err, weft.ErrStreamTruncated)
	}
	found, _ := json.Marshal(struct {
		Answer string   `json:"answer"`
		Words  []string `json:"words"`
		Cut    bool     `json:"cut"`
	}{answer.GetText(), words, cut})
	fmt.Println(string(found))
}
