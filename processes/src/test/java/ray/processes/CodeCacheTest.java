package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node keeps of its jobs' code, and what a program gives it. */
class CodeCacheTest {
  private static final int MAX_BYTES = 100;

  @TempDir private Path folder = Path.of("");

  private final Set<String> inUse = new HashSet<>();
  private int asked;

  private CodeCache cache() {
    return new CodeCache(folder.resolve("code"), MAX_BYTES, () -> inUse);
  }

  private String bring(CodeCache cache, String identity, int size) throws IOException {
    byte[] content = new byte[size];
    Arrays.fill(content, (byte) identity.charAt(0));
    return cache.bring(
        identity,
        size,
        offset -> {
          asked++;
          return Arrays.copyOfRange(content, (int) offset, Math.min(size, (int) offset + 16));
        });
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("code"))) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aContentIsBroughtOnceAndNamedByItsHash() throws IOException {
    CodeCache cache = cache();
    String hash = bring(cache, "a", 40);
    int before = asked;

    assertThat(bring(cache, "a", 40)).isEqualTo(hash);
    assertThat(asked).isEqualTo(before);
    assertThat(hash).hasSize(64);
    assertThat(files()).containsExactly(hash + ".jar");
    assertThat(Files.readString(CodeArchives.file(cache.folder(), hash))).isEqualTo("a".repeat(40));
    // The same content from elsewhere is read, and kept once.
    assertThat(
            cache.bring(
                "other", 40, offset -> offset == 0 ? "a".repeat(40).getBytes() : new byte[0]))
        .isEqualTo(hash);
    assertThat(cache.report()).isEqualTo(new CodeReport(1, 40, 2, 80));
  }

  @Test
  void whatNobodyUsesGoesFirstThatWasUsedLongestAgo() throws IOException {
    CodeCache cache = cache();
    String first = bring(cache, "a", 40);
    String second = bring(cache, "b", 40);
    assertThat(cache.known("a")).isEqualTo(first);

    String third = bring(cache, "c", 40);

    assertThat(cache.known("b")).isNull();
    assertThat(cache.known("a")).isEqualTo(first);
    assertThat(cache.known("c")).isEqualTo(third);
    assertThat(files()).hasSize(2).doesNotContain(second + ".jar");
  }

  @Test
  void whatJobsUseStaysAndWhatDoesNotFitIsRefused() throws IOException {
    CodeCache cache = cache();
    inUse.add(bring(cache, "a", 60));
    assertThatThrownBy(() -> bring(cache, "b", 60))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no room for 60 bytes");
    assertThatThrownBy(() -> cache.bring("c", 1, offset -> new byte[30]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than the cache may hold");
    assertThat(files()).hasSize(1);
  }

  @Test
  void closingWaitsForWhatIsBeingWrittenAndLeavesNothingOfIt() throws Exception {
    CodeCache cache = cache();
    CompletableFuture<byte[]> part = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> brought =
        CompletableFuture.supplyAsync(() -> {
          try {
            return cache.bring(
                "a",
                40,
                offset -> {
                  begun.countDown();
                  return part.join();
                });
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    begun.await();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(cache::close);
    assertThatThrownBy(() -> closed.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    part.complete(new byte[1]);
    closed.join();

    assertThat(files()).isEmpty();
    assertThatThrownBy(brought::join).hasRootCauseMessage("the node is closing");
    assertThatThrownBy(() -> bring(cache, "b", 1)).hasMessage("the node is closing");
  }

  @Test
  void whatWasChangedOnDiskIsNotGivenToAnybody() throws IOException {
    CodeCache cache = cache();
    String hash = bring(cache, "a", 40);
    Files.writeString(CodeArchives.file(cache.folder(), hash), "damaged");

    assertThat(cache.isIntact(hash)).isFalse();
    assertThat(cache.known("a")).isNull();
    assertThat(bring(cache, "a", 40)).isEqualTo(hash);
    assertThat(cache.isIntact(hash)).isTrue();
  }

  @Test
  void foldersOfTheSameContentAreTheSameArchive() throws IOException {
    List<byte[]> archives = new ArrayList<>();
    for (String name : List.of("x", "y")) {
      Path own = Files.createDirectories(folder.resolve(name).resolve("p"));
      Files.writeString(own.resolve("B.class"), "b");
      Files.writeString(own.resolve("A.class"), "a");
      try (var packed =
          PackedFolder.pack(folder.resolve(name), PackedFolder.list(folder.resolve(name)))) {
        var bytes = java.nio.ByteBuffer.allocate((int) packed.size());
        packed.read(bytes, 0);
        archives.add(bytes.array());
      }
    }
    assertThat(archives.getFirst()).isEqualTo(archives.getLast());
    assertThat(names(archives.getFirst())).containsExactly("p/A.class", "p/B.class");
  }

  private static List<String> names(byte[] archive) throws IOException {
    List<String> names = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry; (entry = in.getNextEntry()) != null; ) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  /** A loader that nobody knows, as of a program that makes its classes itself. */
  private static final class InMemory extends java.net.URLClassLoader {
    InMemory(Path classes) throws IOException {
      super(new java.net.URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }
  }

  @Test
  void whatActorsNeedThatStayIsFoundFromTheirClass() throws IOException {
    Path classes =
        TestCode.compile(
            folder,
            Map.of(
                "Keeper.java",
                "class Keeper { Note note() { return Later.note(); } static class Inner {} }",
                "Note.java",
                "record Note(java.util.List<Item> items) {}",
                "Item.java",
                "class Item {}",
                "Later.java",
                "class Later { static Note note() { return null; } }",
                "Unrelated.java",
                "class Unrelated {}"));
    try (InMemory loader = new InMemory(classes);
        OfferedCode code = new OfferedCode(loader)) {
      assertThat(code.offer().elements()).isEmpty();
      code.stays("Keeper");
      assertThat(names(code.rest()))
          .contains("Keeper.class", "Keeper$Inner.class", "Note.class", "Later.class", "Item.class")
          .doesNotContain("Unrelated.class");
    }
  }
}
