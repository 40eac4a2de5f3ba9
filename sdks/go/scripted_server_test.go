package weft_test

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	weft "github.com/weft/weft-go"
	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// scriptedServer answers a chat as a test says, and keeps what it was asked with.
type scriptedServer struct {
	orchestratorv1.UnimplementedChatServiceServer
	chat        func(ctx context.Context) error
	events      []*orchestratorv1.StreamChatResponse
	seen        metadata.MD
	hasDeadline bool
}

func (s *scriptedServer) Chat(
	ctx context.Context, _ *orchestratorv1.ChatRequest,
) (*orchestratorv1.ChatResponse, error) {
	s.seen, _ = metadata.FromIncomingContext(ctx)
	_, s.hasDeadline = ctx.Deadline()
	if s.chat != nil {
		return nil, s.chat(ctx)
	}
	return &orchestratorv1.ChatResponse{Message: &commonv1.Message{Content: "Hello"}}, nil
}

func (s *scriptedServer) StreamChat(
	_ *orchestratorv1.StreamChatRequest, stream grpc.ServerStreamingServer[orchestratorv1.StreamChatResponse],
) error {
	for _, event := range s.events {
		if err := stream.Send(event); err != nil {
			return err
		}
	}
	return nil
}

// start serves until the test ends, and connects.
func (s *scriptedServer) start(t *testing.T, options ...weft.Option) *grpc.ClientConn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	orchestratorv1.RegisterChatServiceServer(server, s)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return dial(t, listener.Addr().String(), append([]weft.Option{weft.WithInsecure()}, options...)...)
}

func dial(t *testing.T, address string, options ...weft.Option) *grpc.ClientConn {
	t.Helper()
	conn, err := weft.Dial(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func started(sequence int64) *orchestratorv1.StreamChatResponse {
	return &orchestratorv1.StreamChatResponse{
		Sequence: sequence,
		Event:    &orchestratorv1.StreamChatResponse_Started{Started: &orchestratorv1.ChatStarted{RunId: "run"}},
	}
}

func completed(sequence int64) *orchestratorv1.StreamChatResponse {
	return &orchestratorv1.StreamChatResponse{
		Sequence: sequence,
		Event:    &orchestratorv1.StreamChatResponse_Completed{Completed: &orchestratorv1.ChatCompleted{}},
	}
}

func failed(sequence int64, failure *commonv1.ErrorStatus) *orchestratorv1.StreamChatResponse {
	return &orchestratorv1.StreamChatResponse{
		Sequence: sequence,
		Event: &orchestratorv1.StreamChatResponse_Failed{Failed: &orchestratorv1.ChatFailed{
			Error: failure,
			Usage: &commonv1.Usage{OutputTokens: 5},
		}},
	}
}
