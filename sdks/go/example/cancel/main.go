// Prints the beginning of an answer and hangs up:
//
//	WEFT_API_KEY=... go run ./example/cancel "Count to a million"
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	weft "github.com/weft/weft-go"
	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	address := cmp.Or(os.Getenv("WEFT_GRPC_ADDRESS"), "127.0.0.1:9090")
	conn, err := weft.Dial(address, os.Getenv("WEFT_API_KEY"), weft.WithPlaintext())
	if err != nil {
		return err
	}
	defer conn.Close()
	question := cmp.Or(strings.Join(os.Args[1:], " "), "Count to a million.")
	request := &orchestratorv1.ChatRequest{
		Model:    cmp.Or(os.Getenv("WEFT_MODEL"), "default"),
		Messages: []*commonv1.Message{{Role: commonv1.Role_ROLE_USER, Content: question}},
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	text := ""
	for event, err := range weft.StreamChat(ctx, conn, request) {
		if err != nil {
			return err
		}
		text += event.GetText().GetText()
		if len(text) >= 20 {
			break
		}
	}
	fmt.Println(text)
	return nil
}
