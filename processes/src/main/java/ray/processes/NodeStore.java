package ray.processes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreObject;
import ray.store.GuestStore;
import ray.store.RemoteStoreException;
import ray.store.StoreClient;
import ray.wire.socket.SocketTransport;

/** Asks the node's process about its object store. Thread-safe. */
final class NodeStore implements StoreClient.Node, GuestStore.Transfer {
  private final SocketTransport transport;
  private final long node;
  private final boolean guest;
  private final long putTimeoutMs;

  /**
   * Of this node.
   *
   * @param guest whether the bytes of large values have to be carried there and back
   */
  NodeStore(SocketTransport transport, long node, boolean guest, Duration putTimeout) {
    this.transport = transport;
    this.node = node;
    this.guest = guest;
    this.putTimeoutMs = Math.max(1, putTimeout.toMillis());
  }

  private CompletableFuture<Payload.Located> ask(
      int question, long key, long sizeBytes, long process) {
    return ask(question, new Payload.StoreRequest(key, sizeBytes, process, putTimeoutMs, 0));
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
    return ask(
            guest ? Question.STORE_CREATE_FROM_AFAR : Question.STORE_CREATE, key, sizeBytes, owner)
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

  @Override
  public void send(long key, MemorySegment bytes) {
    try {
      transport.send(node, Question.STORE_SEND, request(key), bytes);
    } catch (IOException e) {
      throw new RemoteStoreException("a value can't be sent to the node: " + e.getMessage());
    }
  }

  @Override
  public @Nullable MemorySegment fetch(long key) {
    try {
      return transport.receive(node, Question.STORE_FETCH, request(key), GuestStore::memory);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).startsWith(StoreService.NOT_THERE)) {
        return null;
      }
      throw new RemoteStoreException("a value can't be fetched: " + e.getMessage());
    }
  }

  private static byte[] request(long key) {
    return new Payload.StoreRequest(key, 0, 0, 0, 0).bytes();
  }
}
