package ray.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreMemoryTest {
  private static final long MIB = 1 << 20;

  private static List<String> filesOf(long pid) throws IOException {
    String prefix = "ray-store-" + pid + "-";
    List<String> found = new ArrayList<>();
    for (Path directory :
        List.of(Path.of("/dev/shm"), Path.of(System.getProperty("java.io.tmpdir")))) {
      try (Stream<Path> files = Files.list(directory)) {
        files.map(Path::toString).filter(name -> name.contains(prefix)).forEach(found::add);
      }
    }
    return found;
  }

  /** What the file of the mapping of exactly that size is called now. */
  private static String fileOf(long mappingBytes) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.UTF_8)) {
      if (line.contains("ray-store-") && sizeOf(line) == mappingBytes) {
        return line.substring(line.indexOf('/'));
      }
    }
    throw new AssertionError("nothing of " + mappingBytes + " bytes is mapped");
  }

  private static long sizeOf(String mapping) {
    String[] range = mapping.split(" ", 2)[0].split("-");
    return Long.parseUnsignedLong(range[1], 16) - Long.parseUnsignedLong(range[0], 16);
  }

  /** Resident bytes of the mapping of exactly that size, -1 if there is none. */
  private static long residentBytes(long mappingBytes) throws IOException {
    boolean inMapping = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"), StandardCharsets.UTF_8)) {
      if (line.contains("ray-store-")) {
        inMapping = sizeOf(line) == mappingBytes;
      } else if (inMapping && line.startsWith("Rss:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    return -1;
  }

  /** Whose descriptor is found among others of this JVM, which come and go. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void sharedMemoryCanBeOpenedByOthersWhateverThisProcessOpensAndClosesMeanwhile()
      throws Exception {
    var stop = new AtomicBoolean();
    List<Thread> busy = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      busy.add(
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  try (InputStream in = Files.newInputStream(Path.of("/proc/self/status"))) {
                    in.read();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }
              }));
    }
    try {
      for (int i = 0; i < 300; i++) {
        StoreMemory memory = StoreMemories.open(MemoryKind.SHARED, MIB);
        try {
          assertThat(memory.sharedFile()).isNotNull();
        } finally {
          memory.discard();
        }
      }
    } finally {
      stop.set(true);
      for (Thread each : busy) {
        each.join();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MemoryKind.class,
      names = {"SHARED", "PRIVATE"})
  @EnabledOnOs(OS.LINUX)
  void mappedMemoryHasNoNameAndGoesBackAtOnceWhenClosed(MemoryKind kind) throws Exception {
    long capacity = (kind == MemoryKind.SHARED ? 21 : 23) * MIB + 4096; // found again by its size
    ObjectStore store =
        ObjectStore.open(ObjectStoreConfig.ofCapacity(capacity).withMemoryKind(kind), 1);
    assertThat(residentBytes(capacity)).isZero();
    try (WritableObject object = store.create(1, 20 * MIB, 1)) {
      object.segment().fill((byte) 1);
      object.seal();
    }
    assertThat(residentBytes(capacity)).isGreaterThanOrEqualTo(20 * MIB);
    assertThat(fileOf(capacity)).endsWith(" (deleted)");

    store.close();

    assertThat(residentBytes(capacity)).isLessThanOrEqualTo(0);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryGoesBackWithTheLastViewOfAClosedStore() throws Exception {
    long capacity = 25 * MIB + 4096;
    ObjectStore store = ObjectStore.open(ObjectStoreConfig.ofCapacity(capacity), 1);
    try (WritableObject object = store.create(1, 20 * MIB, 1)) {
      object.segment().fill((byte) 1);
      object.seal();
    }
    Object view = store.view(1);
    store.close();
    assertThat(view).isNotNull();
    assertThat(residentBytes(capacity)).isGreaterThanOrEqualTo(20 * MIB);
    view = null;
    store = null;
    for (int i = 0; i < 100 && residentBytes(capacity) > 0; i++) {
      System.gc();
    }
    assertThat(residentBytes(capacity)).isLessThanOrEqualTo(0);
  }

  @Test
  void capacityIsSplitIntoBanksAsLargeAsABufferCanBe() {
    long capacity = StoreMemory.MAX_BANK_BYTES + 3 * MIB;
    StoreMemory memory = StoreMemories.open(MemoryKind.SHARED, capacity);
    assertThat(memory.bank(0).capacity()).isEqualTo((int) StoreMemory.MAX_BANK_BYTES);
    ByteBuffer last = memory.bank(1);
    assertThat(last.capacity()).isEqualTo((int) (3 * MIB));
    last.put((int) (3 * MIB) - 1, (byte) 1);
    memory.discard();
  }

  @Test
  void directMemoryIsAllocatedBankByBank() {
    StoreMemory memory = new DirectMemory(DirectMemory.BANK_BYTES + MIB);
    ByteBuffer last = memory.bank(1);
    assertThat(last.capacity()).isEqualTo((int) MIB);
    assertThat(memory.bank(1)).isSameAs(last);
    memory.discard();
  }

  @Test
  void storeLargerThanTheMachineIsAnErrorAtStart() {
    assertThatThrownBy(() ->
            ObjectStore.open(
                ObjectStoreConfig.ofCapacity(1L << 50).withMemoryKind(MemoryKind.DIRECT), 1))
        .isInstanceOf(StoreMemoryException.class)
        .hasMessageContaining("-XX:MaxDirectMemorySize");
    assertThatThrownBy(() ->
            ObjectStore.open(
                ObjectStoreConfig.ofCapacity(1L << 50).withMemoryKind(MemoryKind.SHARED), 1))
        .isInstanceOf(StoreMemoryException.class)
        .hasMessageContaining("/dev/shm has ");
    assertThatThrownBy(() -> ObjectStore.open(ObjectStoreConfig.ofCapacity(1L << 50), 1))
        .isInstanceOf(StoreMemoryException.class)
        .hasMessageContaining("Make the store smaller");
    assertThatThrownBy(() -> ObjectStoreConfig.ofCapacity(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void killedProcessLeavesNothingAndPlainJavaPrintsNoWarning() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StoreUser.class.getName())
            .redirectErrorStream(true)
            .start();
    try (var output = process.inputReader()) {
      List<String> printed = new ArrayList<>();
      String line = output.readLine();
      while (line != null && !line.equals("ready")) {
        printed.add(line);
        line = output.readLine();
      }
      assertThat(line).as("printed %s", printed).isEqualTo("ready");
      assertThat(printed).isEmpty();
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(filesOf(process.pid())).isEmpty();
  }

  /** What the killed process runs. */
  static final class StoreUser {
    private StoreUser() {}

    public static void main(String[] args) throws Exception {
      for (MemoryKind kind : MemoryKind.values()) {
        var store = ObjectStore.open(ObjectStoreConfig.ofCapacity(MIB).withMemoryKind(kind), 1);
        try (WritableObject object = store.create(1, 1000, 1)) {
          object.segment().fill((byte) 1);
          object.seal();
        }
        store.view(1).asByteBuffer().asIntBuffer().get(3);
      }
      System.out.println("ready");
      new CountDownLatch(1).await();
    }
  }
}
