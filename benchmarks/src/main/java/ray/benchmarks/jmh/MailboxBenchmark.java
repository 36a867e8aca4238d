package ray.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import ray.wire.Mailbox;

/**
 * The mailbox: what it costs to tell a core something, alone and while another thread does the
 * same.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MailboxBenchmark {
  private static final Object EVENT = new Object();

  private final Counter counter = new Counter();

  /** Nobody else is there. */
  @Benchmark
  public void post() {
    counter.post(EVENT);
  }

  /** Two threads post to the same mailbox. */
  @Benchmark
  @Threads(2)
  public void postBesideAnother() {
    counter.post(EVENT);
  }

  /** A question with an answer. */
  @Benchmark
  public long call() {
    return counter.call(() -> counter.handled);
  }

  private static final class Counter extends Mailbox {
    private long handled;

    @Override
    protected void handle(Object event) {
      handled++;
    }
  }
}
