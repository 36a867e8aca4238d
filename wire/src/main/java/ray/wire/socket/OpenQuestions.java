package ray.wire.socket;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import ray.wire.codec.Response;

/** What this process has asked others, and has no answer to yet. Thread-safe. */
final class OpenQuestions {
  private record Open(long process, CompletableFuture<byte[]> answer) {}

  private final Map<Long, Open> open = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong(1);

  /** A process is about to be asked; returns the question's number. */
  long add(long process, CompletableFuture<byte[]> answer) {
    long id = next.getAndIncrement();
    open.put(id, new Open(process, answer));
    return id;
  }

  /** A question will not be answered, unless it was. */
  void fail(long question, String reason) {
    Open waiting = open.remove(question);
    if (waiting != null) {
      waiting.answer().completeExceptionally(new IOException(reason));
    }
  }

  /** A process will answer nothing any more. */
  void failAllOf(long process, String reason) {
    open.forEach((question, asked) -> {
      if (asked.process() == process) {
        fail(question, "process " + Long.toHexString(process) + " is gone: " + reason);
      }
    });
  }

  /** Nobody will answer anything any more. */
  void failAll(String reason) {
    open.keySet().forEach(question -> fail(question, reason));
  }

  void answered(Response response) {
    String failure = response.failure();
    if (failure != null) {
      fail(response.id(), failure);
      return;
    }
    Open waiting = open.remove(response.id());
    if (waiting != null) {
      waiting.answer().complete(response.payload());
    }
  }
}
