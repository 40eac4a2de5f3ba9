// Package weft is a client of weft, a GenAI backend: generated gRPC clients on a connection that knows its key and its
// deadlines, turns every failure into an *Error, and refuses streams that break weft's stream contract.
//
//	conn, err := weft.Dial("weft.example.com:443", key)
//	chat := orchestratorv1.NewChatServiceClient(conn)
package weft

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	grpckeepalive "google.golang.org/grpc/keepalive"

	"github.com/weft/weft-go/internal/keepalive"
)

// DefaultTimeout bounds a call whose context has no deadline: the longest that weft gives to any call but one that watches.
const DefaultTimeout = 10 * time.Minute

const userAgent = "weft-sdk-go/0.1.0"

// The largest message that weft sends or takes: a document of 32 MiB with its envelope.
const messageBytesMax = 48 * 1024 * 1024

// Option sets something of a connection.
type Option func(*settings)

type settings struct {
	timeout     time.Duration
	transport   credentials.TransportCredentials
	dialOptions []grpc.DialOption
}

// WithTimeout bounds every call, a stream from its first event to its last, whose context has no deadline. DefaultTimeout if
// it is not given.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithPlaintext sends everything, the key too, in the clear: for a weft on this machine, or behind a proxy that encrypts.
func WithPlaintext() Option {
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

// Dial makes a connection to weft's gRPC door, which connects at the first call and sends the API key with every one. Every
// generated client takes it. It may be shared by goroutines; closing it ends what is still going on over it.
//
// The address is `host:port`, or any target of grpc.
func Dial(address, key string, options ...Option) (*grpc.ClientConn, error) {
	s := settings{timeout: DefaultTimeout, transport: credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})}
	for _, option := range options {
		option(&s)
	}
	if address == "" {
		return nil, errors.New("weft: the address must be host:port, such as 127.0.0.1:9090")
	}
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("weft: the key must be what weft printed, without spaces or line ends")
	}
	if s.timeout <= 0 {
		return nil, errors.New("weft: the timeout must be longer than 0")
	}
	encrypted := s.transport.Info().SecurityProtocol != "insecure"
	dialOptions := []grpc.DialOption{
		grpc.WithTransportCredentials(s.transport),
		grpc.WithPerRPCCredentials(keyCredentials{key, encrypted}),
		grpc.WithUserAgent(userAgent),
		grpc.WithChainUnaryInterceptor(unaryInterceptor(s.timeout)),
		grpc.WithChainStreamInterceptor(streamInterceptor(s.timeout)),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(messageBytesMax),
			grpc.MaxCallSendMsgSize(messageBytesMax),
		),
		grpc.WithKeepaliveParams(grpckeepalive.ClientParameters{Time: keepalive.Time, Timeout: keepalive.Timeout}),
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
