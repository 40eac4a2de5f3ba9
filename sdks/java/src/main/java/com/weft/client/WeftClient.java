package com.weft.client;

import com.weft.orchestrator.v1.ChatRequest;
import com.weft.orchestrator.v1.ChatServiceGrpc;
import com.weft.orchestrator.v1.StreamChatRequest;
import com.weft.orchestrator.v1.StreamChatResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A connection to weft's gRPC door that knows its key and its deadlines and holds streams to weft's stream contract.
 * Connects at the first call. May be shared by threads, for any number of calls and streams at once.
 *
 * <pre>{@code
 * try (var client = WeftClient.builder("weft.example.com:443", key).build()) {
 *   var search = client.stub(SearchServiceGrpc::newBlockingStub);
 *   var found = client.call(() -> search.searchDocuments(request));
 * }
 * }</pre>
 */
public final class WeftClient implements AutoCloseable {
  /** Bounds a call without a deadline of its own: the longest that weft gives to any call but one that watches. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);

  // The largest message that weft sends or takes: a document of 32 MiB with its envelope.
  private static final int MESSAGE_BYTES_MAX = 48 * 1024 * 1024;

  private static final String USER_AGENT = "weft-sdk-java/0.1.0";

  private final ManagedChannel connection;
  private final Channel channel;

  private WeftClient(Builder builder) {
    connection =
        Grpc.newChannelBuilder(builder.address, builder.credentials)
            .userAgent(USER_AGENT)
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .keepAliveTime(builder.keepAliveTime.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(builder.keepAliveTimeout.toMillis(), TimeUnit.MILLISECONDS)
            .build();
    channel =
        ClientInterceptors.intercept(
            connection, new CallSettingsInterceptor(builder.key, builder.timeout), new StreamContractInterceptor());
  }

  /**
   * Begins a client.
   *
   * @param address {@code host:port}, or any target of grpc
   * @param key the API key, which is sent with every call
   */
  public static Builder builder(String address, String key) {
    return new Builder(address, key);
  }

  /**
   * Makes a generated stub of any service and any kind, such as {@code client.stub(SearchServiceGrpc::newBlockingStub)}.
   */
  public <S> S stub(Function<? super Channel, S> factory) {
    return factory.apply(channel);
  }

  /**
   * Makes a call and throws what goes wrong with it as a {@link WeftException}:
   * {@code client.call(() -> search.searchDocuments(request))}.
   */
  public <T> T call(Callable<T> call) {
    try {
      return call.call();
    } catch (StatusException | StatusRuntimeException failure) {
      throw WeftException.from(failure);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw WeftException.from(Status.CANCELLED.withCause(interruption).asRuntimeException());
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IllegalStateException("The call threw what no stub throws.", failure);
    }
  }

  /** Asks for an answer as a stream of events. */
  public EventStream<StreamChatResponse> streamChat(ChatRequest request) {
    return streamChat(request, CallOptions.DEFAULT);
  }

  /** The same with a deadline of its own: {@code CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.MINUTES)}. */
  public EventStream<StreamChatResponse> streamChat(ChatRequest request, CallOptions options) {
    var call = StreamChatRequest.newBuilder().setCall(request).build();
    return stream(ChatServiceGrpc.getStreamChatMethod(), call, options);
  }

  /**
   * Opens the stream of any generated method, such as {@code DocumentServiceGrpc.getStreamIngestDocumentsMethod()}.
   */
  public <I, E> EventStream<E> stream(MethodDescriptor<I, E> method, I request) {
    return stream(method, request, CallOptions.DEFAULT);
  }

  /** The same with options of its own. */
  public <I, E> EventStream<E> stream(MethodDescriptor<I, E> method, I request, CallOptions options) {
    return new EventStream<>(channel, method, request, options);
  }

  /** Ends the connection; calls under way are cancelled. */
  @Override
  public void close() {
    connection.shutdownNow();
  }

  /** What a client is made of. */
  public static final class Builder {
    private final String address;
    private final String key;
    private Duration timeout = DEFAULT_TIMEOUT;
    private ChannelCredentials credentials = TlsChannelCredentials.create();
    // Without keepalive a call on a connection whose other end vanished hangs until its deadline.
    private Duration keepAliveTime = Duration.ofSeconds(20);
    private Duration keepAliveTimeout = Duration.ofSeconds(10);

    private Builder(String address, String key) {
      if (address.isEmpty()) {
        throw new IllegalArgumentException("The address must be host:port, such as 127.0.0.1:9090.");
      }
      if (!key.matches("[!-~]+")) {
        throw new IllegalArgumentException("The key must be what weft printed, without spaces or line ends.");
      }
      this.address = address;
      this.key = key;
    }

    /** Bounds every call, a stream from its first event to its last, that has no deadline of its own. */
    public Builder timeout(Duration timeout) {
      if (timeout.isZero() || timeout.isNegative()) {
        throw new IllegalArgumentException("The timeout must be longer than 0.");
      }
      this.timeout = timeout;
      return this;
    }

    /** Sends everything, the key too, in the clear: for a weft on this machine, or behind a proxy that encrypts. */
    public Builder plaintext() {
      return credentials(InsecureChannelCredentials.create());
    }

    /** Replaces TLS with the machine's authorities, such as by {@link TlsChannelCredentials} with authorities of your own. */
    public Builder credentials(ChannelCredentials credentials) {
      this.credentials = Objects.requireNonNull(credentials);
      return this;
    }

    /** Shorter ones than the defaults, for tests that would last half a minute. */
    Builder keepAlive(Duration time, Duration timeout) {
      keepAliveTime = time;
      keepAliveTimeout = timeout;
      return this;
    }

    /** Makes the client. */
    public WeftClient build() {
      return new WeftClient(this);
    }
  }
}
