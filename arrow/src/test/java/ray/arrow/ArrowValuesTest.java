package ray.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.processes.LocalNode;
import ray.processes.NodeClient;

/** Arrow's tables, embedded and on a node with a worker. */
class ArrowValuesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROWS = 200_000;
  private static final String OPENS = "--add-opens=java.base/java.nio=ALL-UNNAMED";

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everyBufferOfTheProgramIsReleased() {
    allocator.close(); // throws where one is not
  }

  private static VectorSchemaRoot table(BufferAllocator allocator, int rows) {
    var numbers = new BigIntVector("number", allocator);
    var halves = new Float8Vector("half", allocator);
    var names = new VarCharVector("name", allocator);
    for (int i = 0; i < rows; i++) {
      numbers.setSafe(i, i);
      if (i % 3 == 0) {
        halves.setNull(i);
      } else {
        halves.setSafe(i, i / 2.0);
      }
      names.setSafe(i, ("row " + i).getBytes(StandardCharsets.UTF_8));
    }
    List.of(numbers, halves, names).forEach(each -> each.setValueCount(rows));
    return VectorSchemaRoot.of(numbers, halves, names);
  }

  private static void check(VectorSchemaRoot table, int rows) {
    assertThat(table.getRowCount()).isEqualTo(rows);
    assertThat(((BigIntVector) table.getVector("number")).get(rows - 1)).isEqualTo(rows - 1);
    assertThat(table.getVector("half").isNull(3)).isTrue();
    assertThat(((Float8Vector) table.getVector("half")).get(4)).isEqualTo(2.0);
    assertThat(table.getVector("name").getObject(rows - 1)).hasToString("row " + (rows - 1));
  }

  private static long address(VectorSchemaRoot table) {
    return table.getVector("number").getDataBuffer().memoryAddress();
  }

  static long sum(VectorSchemaRoot table) {
    try (table) {
      var numbers = (BigIntVector) table.getVector("number");
      long sum = 0;
      for (int i = 0; i < table.getRowCount(); i++) {
        sum += numbers.get(i);
      }
      return sum;
    }
  }

  static VectorSchemaRoot made(int rows) {
    return table(new RootAllocator(), rows);
  }

  private void putGetAndPass(RayInstance ray) throws Exception {
    ray.call(() -> {
      try (VectorSchemaRoot table = table(allocator, ROWS);
          ObjectRef<VectorSchemaRoot> ref = Ray.put(table)) {
        VectorSchemaRoot first = ref.get(PATIENCE);
        VectorSchemaRoot second = ref.get(PATIENCE);
        check(first, ROWS);
        assertThat(address(first)).as("in place").isEqualTo(address(second));
        first.close();
        check(second, ROWS);
        second.close();
        assertThat(Ray.remote(ArrowValuesTest::sum).jvmOptions(OPENS).remote(ref).get(PATIENCE))
            .isEqualTo((long) ROWS * (ROWS - 1) / 2);
      }
      for (int rows : new int[] {10, ROWS}) {
        try (ObjectRef<VectorSchemaRoot> ref =
                Ray.remote(ArrowValuesTest::made).jvmOptions(OPENS).remote(rows);
            VectorSchemaRoot made = ref.get(PATIENCE)) {
          check(made, rows);
        }
      }
      return true;
    });
  }

  @Test
  void tablesTravelEmbedded() throws Exception {
    try (RayInstance ray = Ray.start(ArrowValues.in(RayOptions.defaults().quiet()))) {
      putGetAndPass(ray);
    }
  }

  @Test
  void tablesTravelOnANodeAndKeepTheirMemoryUntilTheyAreClosed() throws Exception {
    try (LocalNode node = LocalNode.start(RayOptions.defaults().cpus(2).objectStore(64L << 20));
        RayInstance ray =
            Ray.start(ArrowValues.in(RayOptions.defaults().address(node.address()).quiet()))) {
      putGetAndPass(ray);

      VectorSchemaRoot read;
      try (VectorSchemaRoot table = table(allocator, ROWS);
          ObjectRef<VectorSchemaRoot> ref = ray.put(table)) {
        read = ref.get(PATIENCE);
      }
      System.gc();
      check(read, ROWS);
      assertThat(usedBytes(node)).isGreaterThan(8L * ROWS);
      read.close();
      long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (usedBytes(node) > 0) {
        assertThat(System.nanoTime() - deadlineNs).as("the store is empty").isNegative();
        System.gc();
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private static long usedBytes(LocalNode node) throws Exception {
    try (NodeClient client = NodeClient.connect(node.address())) {
      return client.store(1).usedBytes();
    }
  }
}
