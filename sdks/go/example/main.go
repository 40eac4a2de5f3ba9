// Asks weft a question and prints the answer as it comes, with the passages that it cites.
//
//	go run ./example -key "$WEFT_API_KEY" -model assistant:docs "How do I start weft?"
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"google.golang.org/grpc/codes"

	weft "github.com/weft/weft-go"
	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

func main() {
	address := flag.String("address", "127.0.0.1:9090", "weft's gRPC door, in plaintext")
	key := flag.String("key", "", "the API key")
	model := flag.String("model", "assistant:docs", "a model, or an assistant")
	flag.Parse()
	question := flag.Arg(0)
	if question == "" {
		question = "How do I start weft?"
	}
	// An interrupt cancels the call, all the way to the model.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := ask(ctx, *address, *key, *model, question); err != nil {
		fmt.Fprintln(os.Stderr, explain(err))
		os.Exit(1)
	}
}

func ask(ctx context.Context, address, key, model, question string) error {
	conn, err := weft.Dial(address, key, weft.WithTimeout(time.Minute), weft.WithPlaintext())
	if err != nil {
		return err
	}
	defer conn.Close()
	request := &orchestratorv1.ChatRequest{
		Model:    model,
		Messages: []*commonv1.Message{{Role: commonv1.Role_ROLE_USER, Content: question}},
	}
	for event, err := range weft.StreamChat(ctx, conn, request) {
		if err != nil {
			return err
		}
		if text := event.GetText(); text != nil {
			fmt.Print(text.GetText())
		}
		if end := event.GetCompleted(); end != nil {
			fmt.Println()
			for _, citation := range end.GetCitations() {
				fmt.Printf("[%d] %s\n", citation.GetPassage().GetNumber(), citation.GetPassage().GetUri())
			}
		}
	}
	return nil
}

func explain(err error) string {
	var refused *weft.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "\nstopped"
	case errors.Is(err, weft.ErrStreamTruncated):
		return "\nthe answer was cut"
	case errors.As(err, &refused) && refused.Code == codes.Unauthenticated:
		return "the key is not known; give one with -key"
	case errors.As(err, &refused) && refused.RetryDelay > 0:
		return fmt.Sprintf("%s; try again in %s", refused.Message, refused.RetryDelay)
	}
	return err.Error()
}
