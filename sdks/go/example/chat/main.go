// Asks weft and prints the answer as it comes:
//
//	WEFT_API_KEY=... go run ./example/chat "What is weft?"
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	weft "github.com/weft/weft-go"
	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

func main() {
	err := ask(context.Background())
	if errors.Is(err, weft.ErrStreamTruncated) {
		err = errors.New("the answer was cut off")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(ctx context.Context) error {
	address := cmp.Or(os.Getenv("WEFT_GRPC_ADDRESS"), "127.0.0.1:9090")
	key := os.Getenv("WEFT_API_KEY")
	model := cmp.Or(os.Getenv("WEFT_MODEL"), "default")
	question := cmp.Or(strings.Join(os.Args[1:], " "), "What can you do?")

	conn, err := weft.Dial(address, key, weft.WithPlaintext())
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
		fmt.Print(event.GetText().GetText())
		if end := event.GetCompleted(); end != nil {
			fmt.Println()
			for _, citation := range end.GetCitations() {
				fmt.Printf("[%d] %s\n", citation.GetPassage().GetNumber(), citation.GetPassage().GetUri())
			}
		}
	}
	return nil
}
