package ray.processes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** What programs of {@link StoreOnNodeTest} do, in this process, in workers and in others. */
final class StoreProgram {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The granularity in which memory is touched. */
  private static final long PAGE_BYTES = 4096;

  private StoreProgram() {}

  /** What another process found in a view. */
  record Reading(long sum, long grownBytes) {}

  /** Touches each page of a view; says how much memory of its own the process took for it. */
  static Reading readThrough(MemorySegment view) {
    long before = ownBytes();
    long sum = 0;
    for (long at = 0; at < view.byteSize(); at += PAGE_BYTES) {
      sum += view.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
    return new Reading(sum, ownBytes() - before);
  }

  /** What this process has that it shares with none: anonymous memory, written or not. */
  private static long ownBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("RssAnon:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    throw new IllegalStateException("the system does not say how much memory a process has");
  }

  /** Keeps a ref for programs that find it by its name. */
  static final class Keeper {
    private final ObjectRef<MemorySegment> kept;

    Keeper(java.util.List<ObjectRef<MemorySegment>> kept) {
      this.kept = kept.getFirst();
    }

    ObjectRef<MemorySegment> kept() {
      return kept;
    }
  }

  static long pidWithView(MemorySegment view, int index) {
    if (view.get(ValueLayout.JAVA_BYTE, index) != index) {
      throw new IllegalStateException("the view has another value");
    }
    held = view;
    return ProcessHandle.current().pid();
  }

  /** A view that a worker does not let go. */
  private static MemorySegment held = MemorySegment.NULL;

  /** Connects, and does what the second word says; prints a line when that is done. */
  @SuppressWarnings("try") // it is the default instance
  public static void main(String[] arguments) throws Exception {
    try (RayInstance ray = Ray.init(RayOptions.defaults().address(arguments[0]).quiet())) {
      switch (arguments[1]) {
        case "read" -> readOfAnother();
        case "hold" -> {
          hold();
          Thread.sleep(Long.MAX_VALUE); // until it is killed
        }
        default -> throw new IllegalArgumentException(arguments[1]);
      }
    }
  }

  private static void readOfAnother() {
    ActorRef<Keeper> keeper = Ray.<Keeper>actor("keeper").orElseThrow();
    readThrough(MemorySegment.ofArray(new byte[1 << 20]));
    MemorySegment view = keeper.call(Keeper::kept).get(PATIENCE);
    Reading reading = readThrough(view);
    System.out.println(view.byteSize() + " " + reading.sum() + " " + reading.grownBytes());
  }

  private static void hold() {
    byte[] bytes = new byte[8 << 20];
    bytes[77] = 77;
    ObjectRef<MemorySegment> ref = Ray.put(MemorySegment.ofArray(bytes));
    held = ref.get();
    System.out.println(Ray.remote(StoreProgram::pidWithView).remote(ref, 77).get(PATIENCE));
  }
}
