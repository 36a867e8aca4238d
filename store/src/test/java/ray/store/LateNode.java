package ray.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreObject;

/**
 * A node whose answers lie here until somebody reads them; no thread does by itself. What is said
 * to it takes effect at once.
 */
final class LateNode implements StoreClient.Node {
  final Queue<Runnable> unread = new ArrayDeque<>();
  int brief;
  int locations;
  int creates;
  int chunks;
  int chunksGiven;
  private final ObjectStore store;
  private final long self;

  LateNode(ObjectStore store, long self) {
    this.store = store;
    this.self = self;
  }

  private CompletableFuture<Boolean> later(boolean answer) {
    CompletableFuture<Boolean> future = new CompletableFuture<>();
    unread.add(() -> future.complete(answer));
    return future;
  }

  void read() {
    for (Runnable answer; (answer = unread.poll()) != null; ) {
      answer.run();
    }
  }

  @Override
  public CompletableFuture<StoreObject> create(long key, long sizeBytes, long owner) {
    creates++;
    CompletableFuture<StoreObject> future = new CompletableFuture<>();
    store.createFor(
        self,
        key,
        sizeBytes,
        owner,
        Duration.ZERO,
        result ->
            unread.add(() -> {
              if (result.object() == null) {
                future.completeExceptionally(new RemoteStoreException(result.failure()));
              } else {
                future.complete(result.object());
              }
            }));
    return future;
  }

  @Override
  public CompletableFuture<@Nullable StoreObject> chunk(long key, long sizeBytes) {
    chunks++;
    CompletableFuture<@Nullable StoreObject> future = new CompletableFuture<>();
    StoreObject chunk = store.chunkFor(self, key, sizeBytes);
    chunksGiven += chunk == null ? 0 : 1;
    unread.add(() -> future.complete(chunk));
    return future;
  }

  @Override
  public CompletableFuture<Boolean> carve(long chunk, long key, long sizeBytes, long owner) {
    return later(store.carveFor(chunk, key, sizeBytes, owner));
  }

  @Override
  public CompletableFuture<Boolean> seal(long key) {
    return later(store.sealFor(key));
  }

  @Override
  public void cancelCreate(long key) {
    store.cancelFor(key);
  }

  @Override
  public CompletableFuture<@Nullable StoreObject> addReader(long key) {
    locations++;
    CompletableFuture<@Nullable StoreObject> future = new CompletableFuture<>();
    StoreObject object = store.addReaderFor(self, key);
    unread.add(() -> future.complete(object));
    return future;
  }

  @Override
  public void removeReader(long key) {
    store.removeReaderFor(self, key);
  }

  @Override
  public <T extends @Nullable Object> T await(CompletableFuture<T> answer) {
    read();
    return answer.join();
  }

  @Override
  public boolean awaitBriefly(CompletableFuture<?> answer) {
    brief++;
    read();
    return answer.isDone();
  }

  @Override
  public CompletableFuture<Boolean> pin(long key, long process) {
    return later(store.pin(key, process));
  }

  @Override
  public void release(long key, long process) {
    store.release(key, process);
  }
}
