package ray.examples.imagenet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ray.examples.imagenet.tar.FolderSource;
import ray.examples.imagenet.tar.TarFile;
import ray.examples.imagenet.tar.TarSource;
import ray.examples.imagenet.tar.Tars;

class RawBatchesTest {
  @TempDir Path folder;

  @Test
  void imagesComeInBatchesAndTheirTarsBytesAddUp() throws Exception {
    Tars tars = Tars.tar();
    for (int i = 0; i < 7; i++) {
      tars.with("cats/" + i + ".jpg", new byte[] {(byte) i, 1, 2});
    }

    List<RawBatch> batches = read(tars.bytes(), 3);

    assertThat(batches).extracting(RawBatch::count).containsExactly(3, 3, 1);
    assertThat(batches.get(1).names()).containsExactly("cats/3.jpg", "cats/4.jpg", "cats/5.jpg");
    assertThat(batches.get(1).labels()).containsOnly("cats");
    assertThat(batches.get(1).start(2)).isEqualTo(6);
    assertThat(batches.get(1).length(2)).isEqualTo(3);
    assertThat(batches.get(1).data()).startsWith(3, 1, 2, 4);
    assertThat(batches.stream().mapToLong(RawBatch::tarBytes).sum())
        .isEqualTo(Files.size(folder.resolve("x.tar")));
  }

  @Test
  void largeImagesMakeSmallBatches() throws Exception {
    Tars tars = Tars.tar();
    for (int i = 0; i < 4; i++) {
      tars.with(i + ".jpg", new byte[3 << 20]);
    }

    assertThat(read(tars.bytes(), 100)).extracting(RawBatch::count).containsExactly(2, 2, 0);
  }

  @Test
  void aDamagedTarGivesItsImagesAndAProblemAndCountsAsRead() throws Exception {
    byte[] tar = Tars.tar().with("1.jpg", new byte[10]).with("2.jpg", new byte[900]).bytes();

    List<RawBatch> batches = read(Arrays.copyOf(tar, 1700), 10);

    assertThat(batches).singleElement().extracting(RawBatch::count).isEqualTo(1);
    assertThat(batches.getFirst().problems())
        .singleElement()
        .extracting(Problem::kind, Problem::tar)
        .containsExactly(Problem.Kind.TRUNCATED_TAR, "x.tar");
    assertThat(batches.getFirst().tarBytes()).isEqualTo(1700);
  }

  @Test
  void aTarThatIsGoneIsAProblemThatNamesIt() {
    TarFile gone = new TarFile("gone.tar", folder.resolve("gone.tar").toString(), 10);
    try (var batches = new RawBatches(new FolderSource(folder.toString()), gone, 10)) {
      assertThat(batches.next().problems())
          .singleElement()
          .extracting(Problem::kind, Problem::tar)
          .containsExactly(Problem.Kind.UNREADABLE_TAR, "gone.tar");
      assertThat(batches.hasNext()).isFalse();
      assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  private List<RawBatch> read(byte[] tar, int imagesPerBatch) throws Exception {
    Files.write(folder.resolve("x.tar"), tar);
    TarSource source = new FolderSource(folder.toString());
    List<RawBatch> all = new ArrayList<>();
    try (var batches = new RawBatches(source, source.list().getFirst(), imagesPerBatch)) {
      batches.forEachRemaining(all::add);
    }
    return all;
  }
}
