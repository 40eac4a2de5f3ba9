// Package weft is a client of weft, a GenAI backend: generated gRPC clients on a connection that knows its key and its
// deadlines, turns every failure into an *Error, and refuses streams that break weft's stream contract.
//
//	conn, err := weft.Dial("weft.example.com:443", weft.WithKey(key))
//	chat := orchestratorv1.NewChatServiceClient(conn)
package weft

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// DefaultTimeout bounds a call whose context has no deadline: the longest that weft gives to any call but one that watches.
const DefaultTimeout = 10 * time.Minute

// The largest message that weft sends or takes: a document of 32 MiB with its envelope.
const messageBytesMax = 48 * 1024 * 1024

// Option sets something of a connection.
type Option func(*settings)

type settings struct {
	key         string
	timeout     time.Duration
	transport   credentials.TransportCredentials
	dialOptions []grpc.DialOption
}

// WithKey sends the API key with every call.
func WithKey(key string) Option {
	return func(s *settings) { s.key = key }
}

// WithTimeout bounds every call, a stream from its first event to its last, whose context has no deadline. DefaultTimeout if
// it is not given.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithInsecure speaks plaintext. The key then travels in the clear: for this machine, or behind a proxy that encrypts.
func WithInsecure() Option {
	return func(s *settings) { s.transport = insecure.NewCredentials() }
}

// WithTLS replaces the settings of TLS, such as the authorities that are trusted or a client's certificate. The machine's
// authorities are trusted if it is not given.
func WithTLS(config *tls.Config) Option {
	return func(s *settings) { s.transport = credentials.NewTLS(config) }
}

// WithDialOptions adds options of grpc, such as interceptors of your own. They go after weft's.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.dialOptions = append(s.dialOptions, options...) }
}

// Dial makes a connection to weft's gRPC door, which connects at the first call. Every generated client takes it.
//
// The address is `host:port`, or any target of grpc.
func Dial(address string, options ...Option) (*grpc.ClientConn, error) {
	s := settings{timeout: DefaultTimeout, transport: credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})}
	for _, option := range options {
		option(&s)
	}
	if address == "" {
		return nil, errors.New("weft: the address must be host:port, such as 127.0.0.1:9090")
	}
	if s.timeout <= 0 {
		return nil, errors.New("weft: the timeout must be longer than 0")
	}
	dialOptions := []grpc.DialOption{
		grpc.WithTransportCredentials(s.transport),
		grpc.WithChainUnaryInterceptor(unaryInterceptor(s.timeout)),
		grpc.WithChainStreamInterceptor(streamInterceptor(s.timeout)),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(messageBytesMax),
			grpc.MaxCallSendMsgSize(messageBytesMax),
		),
		// Without it a call on a connection whose other end vanished hangs until its deadline.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 10 * time.Second}),
	}
	if s.key != "" {
		encrypted := s.transport.Info().SecurityProtocol != "insecure"
		dialOptions = append(dialOptions, grpc.WithPerRPCCredentials(keyCredentials{s.key, encrypted}))
	}
	return grpc.NewClient(address, append(dialOptions, s.dialOptions...)...)
}

type keyCredentials struct {
	key       string
	encrypted bool
}

func (k keyCredentials) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + k.key}, nil
}

// grpc itself refuses to send the key over plaintext unless plaintext was asked for by name.
func (k keyCredentials) RequireTransportSecurity() bool {
	return k.encrypted
}
