package ray.processes;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreObject;
import ray.store.RemoteStoreException;
import ray.store.StoreClient;
import ray.wire.socket.SocketTransport;

/** Asks the node's process about its object store. Thread-safe. */
final class NodeStore implements StoreClient.Node {
  private final SocketTransport transport;
  private final long node;
  private final long putTimeoutMs;

  NodeStore(SocketTransport transport, long node, Duration putTimeout) {
    this.transport = transport;
    this.node = node;
    this.putTimeoutMs = Math.max(1, putTimeout.toMillis());
  }

  private CompletableFuture<Payload.Located> ask(
      int question, long key, long sizeBytes, long process) {
    long timeoutMs = question == Question.STORE_CREATE ? putTimeoutMs : 0;
    return ask(question, new Payload.StoreRequest(key, sizeBytes, process, timeoutMs, 0));
  }

  private CompletableFuture<Payload.Located> ask(int question, Payload.StoreRequest request) {
    return transport
        .ask(node, question, request.bytes())
        .handle((answer, failure) -> {
          if (failure != null) {
            throw new RemoteStoreException(String.valueOf(failure.getMessage()));
          }
          try {
            return Payload.Located.read(answer, request.key());
          } catch (IOException e) {
            throw new RemoteStoreException("the node answers in another way than asked: " + e);
          }
        });
  }

  private void tell(int question, long key, long process) {
    transport.tell(node, question, new Payload.StoreRequest(key, 0, process).bytes());
  }

  @Override
  public CompletableFuture<StoreObject> create(long key, long sizeBytes, long owner) {
    return ask(Question.STORE_CREATE, key, sizeBytes, owner)
        .thenApply(located -> {
          StoreObject object = located.object();
          if (object == null) {
            throw new RemoteStoreException("the node made no room for a value");
          }
          return object;
        });
  }

  @Override
  public CompletableFuture<@Nullable StoreObject> chunk(long key, long sizeBytes) {
    return ask(Question.STORE_CHUNK, key, sizeBytes, 0).thenApply(Payload.Located::object);
  }

  @Override
  public CompletableFuture<Boolean> carve(long chunk, long key, long sizeBytes, long owner) {
    var request = new Payload.StoreRequest(key, sizeBytes, owner, 0, chunk);
    return ask(Question.STORE_CARVE, request).thenApply(Payload.Located::there);
  }

  @Override
  public CompletableFuture<Boolean> seal(long key) {
    return ask(Question.STORE_SEAL, key, 0, 0).thenApply(Payload.Located::there);
  }

  @Override
  public void cancelCreate(long key) {
    tell(Question.STORE_CANCEL, key, 0);
  }

  @Override
  public CompletableFuture<@Nullable StoreObject> addReader(long key) {
    return ask(Question.STORE_READ, key, 0, 0).thenApply(Payload.Located::object);
  }

  @Override
  public void removeReader(long key) {
    tell(Question.STORE_READ_ENDED, key, 0);
  }

  @Override
  public <T extends @Nullable Object> T await(CompletableFuture<T> answer) {
    return transport.await(answer);
  }

  @Override
  public boolean awaitBriefly(CompletableFuture<?> answer) {
    return transport.awaitBriefly(answer);
  }

  @Override
  public CompletableFuture<Boolean> pin(long key, long process) {
    return ask(Question.STORE_PIN, key, 0, process).thenApply(Payload.Located::there);
  }

  @Override
  public void release(long key, long process) {
    tell(Question.STORE_RELEASE, key, process);
  }
}
