package ray.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreObject;
import ray.store.ObjectNotFoundException;
import ray.store.ObjectStore;
import ray.store.ObjectStoreConfig;
import ray.store.RemoteStoreException;
import ray.wire.socket.Bulk;

/** A node's object store, which the processes of its machine have mapped. Thread-safe. */
final class StoreService implements AutoCloseable {
  /** How what is said of an object begins that is not there. */
  static final String NOT_THERE = "no such object";

  private final ObjectStore store;
  private final Uploads uploads = new Uploads();

  /** How often processes are told, at most, that a value waits for room. */
  private static final long TELL_EVERY_NS = 1_000_000_000;

  /** How long a chunk may be out of use: puts that follow each other find it, others ask anew. */
  private static final Duration CHUNK_IDLE = Duration.ofSeconds(1);

  private final AtomicLong toldNs = new AtomicLong(System.nanoTime() - TELL_EVERY_NS);

  /** The processes that use it, as it speaks to them; no method may block. */
  interface Processes {
    /** A value waits for room, for which all processes are to notice their dead refs and views. */
    void makeRoom();

    /** A chunk of a process is wanted back. */
    void returnChunk(long process, long chunk);

    /** A process that counts as dead has made objects for another. */
    void resultsLeft(long writer, long owner, List<Long> keys);

    /** How people know a process. */
    String nameOf(long process);
  }

  /** A node's store. */
  StoreService(ObjectStoreConfig config, long node, Processes processes) {
    this.store = ObjectStore.open(config, node);
    store.onReturnChunk(processes::returnChunk);
    store.onResultsLeft(processes::resultsLeft);
    store.nameProcesses(processes::nameOf);
    store.onStillFull(() -> {
      long nowNs = System.nanoTime();
      long beforeNs = toldNs.get();
      if (nowNs - beforeNs > TELL_EVERY_NS && toldNs.compareAndSet(beforeNs, nowNs)) {
        processes.makeRoom();
      }
    });
  }

  /** Where other processes find the memory. */
  Path file() {
    return Objects.requireNonNull(store.sharedFile(), "shared memory has a descriptor");
  }

  long capacityBytes() {
    return store.capacityBytes();
  }

  long usedBytes() {
    return store.usedBytes();
  }

  /** What is in use, or was given to processes ahead. */
  long takenBytes() {
    return store.takenBytes();
  }

  /** What is in it, with at most so many of its objects. */
  StoreContent content(int limit) {
    return StoreContent.of(store.stats(), store.objects(limit));
  }

  /** Answers a question about the store, without blocking; null if it is another question. */
  @Nullable CompletableFuture<byte[]> answer(long asker, int kind, byte[] payload) {
    if ((kind < Question.STORE_CREATE || kind > Question.STORE_CARVE)
        && kind != Question.STORE_CREATE_FROM_AFAR) {
      return null;
    }
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    try {
      Payload.StoreRequest request = Payload.StoreRequest.read(payload);
      if (kind == Question.STORE_CREATE || kind == Question.STORE_CREATE_FROM_AFAR) {
        create(asker, request, kind == Question.STORE_CREATE_FROM_AFAR, answer);
      } else {
        answer.complete(atOnce(asker, kind, request).bytes());
      }
    } catch (IOException | RuntimeException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private void create(
      long asker,
      Payload.StoreRequest request,
      boolean fromAfar,
      CompletableFuture<byte[]> answer) {
    store.createFor(
        asker,
        request.key(),
        request.sizeBytes(),
        request.process(),
        Duration.ofMillis(request.timeoutMs()),
        result -> {
          StoreObject object = result.object();
          if (object == null) {
            answer.completeExceptionally(new RemoteStoreException(result.failure()));
          } else {
            if (fromAfar) {
              uploads.add(asker, object, store::memoryFor);
            }
            answer.complete(Payload.Located.at(object).bytes());
          }
        });
  }

  /** The bytes of an object that a guest sends, or wants to have. */
  Bulk bulk(long asker, int kind, byte[] payload) throws IOException {
    long key = Payload.StoreRequest.read(payload).key();
    return switch (kind) {
      case Question.STORE_SEND -> uploads.of(key, asker);
      case Question.STORE_FETCH -> {
        try {
          yield new Download(store.read(key));
        } catch (ObjectNotFoundException e) {
          throw new IOException(NOT_THERE + ": " + e.getMessage(), e);
        }
      }
      default -> throw new IOException("the store knows no transfer of kind " + kind);
    };
  }

  private Payload.Located atOnce(long asker, int kind, Payload.StoreRequest request) {
    long key = request.key();
    return switch (kind) {
      case Question.STORE_SEAL -> new Payload.Located(null, uploads.end(key) && store.sealFor(key));
      case Question.STORE_CANCEL -> {
        uploads.end(key);
        store.cancelFor(key);
        yield new Payload.Located(null, true);
      }
      case Question.STORE_READ -> Payload.Located.at(store.addReaderFor(asker, key));
      case Question.STORE_READ_ENDED -> {
        store.removeReaderFor(asker, key);
        yield new Payload.Located(null, true);
      }
      case Question.STORE_PIN -> new Payload.Located(null, store.pin(key, request.process()));
      case Question.STORE_CHUNK ->
          Payload.Located.at(store.chunkFor(asker, key, request.sizeBytes()));
      case Question.STORE_CARVE ->
          new Payload.Located(
              null, store.carveFor(request.chunk(), key, request.sizeBytes(), request.process()));
      default -> new Payload.Located(null, store.release(key, request.process()));
    };
  }

  /** Wants back what was given to processes ahead and is not used. */
  void askForIdleChunks() {
    store.askForIdleChunks(CHUNK_IDLE);
  }

  /** A process counts as dead, but may still use the memory that it has until it is. */
  void giveUp(long process) {
    uploads.endOf(process);
    store.giveUp(process);
  }

  /** A process is gone, with all that it wrote, read and kept. */
  void processDied(long process) {
    uploads.endOf(process);
    store.processDied(process);
  }

  @Override
  public void close() {
    store.close();
  }
}
