package weft

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

func unaryInterceptor(timeout time.Duration) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, request, response any, conn *grpc.ClientConn,
		invoke grpc.UnaryInvoker, options ...grpc.CallOption,
	) error {
		ctx, cancel := withDeadline(ctx, timeout)
		defer cancel()
		return toError(ctx, invoke(ctx, method, request, response, conn, options...))
	}
}

func streamInterceptor(timeout time.Duration) grpc.StreamClientInterceptor {
	return func(
		ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string,
		open grpc.Streamer, options ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		ctx, cancel := withDeadline(ctx, timeout)
		stream, err := open(ctx, desc, conn, method, options...)
		if err != nil {
			cancel()
			return nil, toError(ctx, err)
		}
		return &checkedStream{ClientStream: stream, cancel: cancel, many: desc.ServerStreams}, nil
	}
}

func withDeadline(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, timeout)
}

// checkedStream holds its server to the stream contract, whatever RPC it is of, and ends the call when it is broken.
type checkedStream struct {
	grpc.ClientStream
	cancel   context.CancelFunc
	many     bool
	contract streamContract
}

func (s *checkedStream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	if s.many {
		event, _ := message.(proto.Message)
		switch err {
		case nil:
			err = s.contract.observe(event)
		case io.EOF:
			err = s.contract.end(event)
		}
	}
	// Before cancel, which would make every error look like the caller's own doing.
	err = toError(s.Context(), err)
	if err != nil || !s.many {
		s.cancel()
	}
	return err
}

func (s *checkedStream) SendMsg(message any) error {
	return toError(s.Context(), s.ClientStream.SendMsg(message))
}

func (s *checkedStream) CloseSend() error {
	return toError(s.Context(), s.ClientStream.CloseSend())
}
