package ray.wire.socket;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Talk with other processes that has a connection and a thread of its own, beside that of messages:
 * questions in the middle of reading or writing those, and large values. Thread-safe.
 */
final class Aside implements AutoCloseable, Executor {
  /** After so long without work a thread ends: a process at rest keeps none. */
  private static final int IDLE_S = 2;

  private final SocketTransport transport;

  /**
   * Not virtual: who asks may hold the carriers of virtual threads, as a class that is being loaded
   * does.
   */
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_S,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("ray-aside-", 0).factory());

  Aside(SocketTransport transport) {
    this.transport = transport;
  }

  private interface Talk<T> {
    T over(SocketChannel channel) throws IOException;
  }

  private <T> T talk(long process, Talk<T> talk) throws IOException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      execute(() -> {
        try (SocketChannel channel = transport.config().road().dial(process)) {
          answer.complete(talk.over(channel));
        } catch (IOException | RuntimeException | Error e) {
          answer.completeExceptionally(e);
        }
      });
      return answer.join();
    } catch (RejectedExecutionException e) {
      throw new IOException("this process has left", e);
    } catch (CompletionException e) {
      throw new IOException(Answers.reason(e.getCause() == null ? e : e.getCause()), e);
    }
  }

  private ByteBuffer hello(byte purpose, long process) {
    return Handshake.hello(transport.token(), purpose, transport.self(), process);
  }

  byte[] ask(long process, int kind, byte[] payload) throws IOException {
    ByteBuffer hello = hello(Handshake.QUESTION, process);
    return talk(process, channel -> SideQuestion.ask(channel, hello, kind, payload));
  }

  void send(long process, int kind, byte[] payload, MemorySegment source) throws IOException {
    ByteBuffer hello = hello(Handshake.BULK, process);
    talk(
        process,
        channel -> {
          SideQuestion.send(channel, hello, kind, payload);
          BulkTransfer.send(channel, source);
          return source;
        });
  }

  MemorySegment receive(long process, int kind, byte[] payload, LongFunction<MemorySegment> memory)
      throws IOException {
    ByteBuffer hello = hello(Handshake.BULK, process);
    return talk(
        process,
        channel -> {
          SideQuestion.send(channel, hello, kind, payload);
          return BulkTransfer.receive(channel, memory);
        });
  }

  /** Answers a question, with which the connection ends. */
  void answer(long peer, int kind, byte[] payload, SocketChannel channel) {
    execute(() -> {
      try {
        SideQuestion.answer(channel, transport.config().questions().answer(peer, kind, payload));
      } catch (Exception | LinkageError e) {
        SideQuestion.refuse(channel, Answers.reason(e));
      }
    });
  }

  /** Says how a guest can connect to this process, with which the connection ends. */
  void invite(long peer, byte[] request, SocketChannel channel) {
    execute(() -> {
      try {
        SideQuestion.answer(channel, transport.direct().invite(peer, request).bytes());
      } catch (IOException | RuntimeException e) {
        SideQuestion.refuse(channel, Answers.reason(e));
      }
    });
  }

  /** Takes or gives the bytes that a question is about, with which the connection ends. */
  void transfer(long peer, int kind, byte[] payload, SocketChannel channel) {
    execute(() -> {
      Bulk bulk;
      try {
        bulk = transport.config().questions().bulk(peer, kind, payload);
      } catch (IOException | RuntimeException e) {
        SideQuestion.refuse(channel, Answers.reason(e));
        return;
      }
      BulkTransfer.serve(channel, bulk);
    });
  }

  /**
   * Runs what may block.
   *
   * @throws RejectedExecutionException if this process is leaving
   */
  @Override
  public void execute(Runnable work) {
    threads.execute(work);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
