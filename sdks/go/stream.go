package weft

import (
	"context"
	"io"
	"iter"

	"google.golang.org/grpc"

	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// Open is a method of a generated client that opens a stream, such as `chat.StreamChat`.
type Open[Request, Event any] func(
	ctx context.Context, request *Request, options ...grpc.CallOption,
) (grpc.ServerStreamingClient[Event], error)

// StreamChat asks for an answer and iterates over its events, as Stream does.
func StreamChat(
	ctx context.Context, conn grpc.ClientConnInterface, request *orchestratorv1.ChatRequest, options ...grpc.CallOption,
) iter.Seq2[*orchestratorv1.StreamChatResponse, error] {
	client := orchestratorv1.NewChatServiceClient(conn)
	return Stream(ctx, client.StreamChat, &orchestratorv1.StreamChatRequest{Call: request}, options...)
}

// Stream opens a stream and iterates over its events:
//
//	for event, err := range weft.Stream(ctx, documents.StreamIngestDocuments, request) { … }
//
// Heartbeats are left out. An error comes last. A `failed` event is one, and is given with it for what it says beside the error,
// such as the usage. A stream that breaks the stream contract, such as by ending without its terminal event, is
// ErrStreamTruncated. Leaving the loop cancels the call, and so does ctx. Each range over the iterator is a call of its own.
func Stream[Request, Event any](
	ctx context.Context, open Open[Request, Event], request *Request, options ...grpc.CallOption,
) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := open(ctx, request, options...)
		if err != nil {
			yield(nil, err)
			return
		}
		for {
			event, err := stream.Recv()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			kind, failed := kindOf(event)
			if failed != nil {
				yield(event, failed)
				return
			}
			if kind != "heartbeat" && !yield(event, nil) {
				return
			}
		}
	}
}
