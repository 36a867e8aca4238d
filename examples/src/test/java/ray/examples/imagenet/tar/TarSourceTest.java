package ray.examples.imagenet.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarSourceTest {
  @TempDir Path folder;

  @Test
  void aFoldersTarsComeInTheOrderOfTheirNamesWithTheirSizes() throws Exception {
    Files.write(folder.resolve("b.tar"), new byte[20]);
    Files.write(folder.resolve("a.tar"), new byte[10]);
    Files.write(folder.resolve("notes.txt"), new byte[5]);
    Files.createDirectory(folder.resolve("folder.tar"));

    List<TarFile> tars = TarSource.of(folder.toString(), "").list();

    assertThat(tars).extracting(TarFile::name).containsExactly("a.tar", "b.tar");
    assertThat(tars).extracting(TarFile::sizeBytes).containsExactly(10L, 20L);
  }

  @Test
  void oneTarFileIsASourceToo() throws Exception {
    Path file = Files.write(folder.resolve("only.tar"), "abc".getBytes(US_ASCII));
    TarSource source = TarSource.of(file.toString(), "");

    TarFile tar = source.list().getFirst();
    try (InputStream in = source.open(tar)) {
      assertThat(in.readAllBytes()).isEqualTo("abc".getBytes(US_ASCII));
    }
  }

  @Test
  void tarsOfARelativeFolderAreFoundByProcessesInOtherFolders() throws Exception {
    Files.write(folder.resolve("a.tar"), new byte[10]);
    Path relative = Path.of("").toAbsolutePath().relativize(folder.toAbsolutePath());

    TarFile tar = TarSource.of(relative.toString(), "").list().getFirst();

    assertThat(Path.of(tar.location())).isAbsolute().isRegularFile();
  }

  @Test
  void whatIsNotThereIsNamedWithWhatToGiveInstead() {
    String missing = folder.resolve("missing").toString();

    assertThatThrownBy(() -> TarSource.of(missing, "").list())
        .hasMessageContaining(missing)
        .hasMessageContaining("Give a folder");
    assertThatThrownBy(() -> TarSource.of(folder.toString(), "").list())
        .hasMessageContaining("no .tar file")
        .hasMessageContaining(folder.toString());
  }

  @Test
  void synsetsLieBesideTheTars() throws Exception {
    TarSource source = TarSource.of(folder.toString(), "");
    assertThat(source.synsets()).isEmpty();

    Files.writeString(folder.resolve("LOC_synset_mapping.txt"), "n01440764 tench");
    assertThat(source.synsets()).contains("n01440764 tench");
  }

  @Test
  void withoutAPlaceItIsTheSample() throws Exception {
    TarSource source = TarSource.of("", "");

    assertThat(source.list()).hasSize(7).allMatch(tar -> tar.sizeBytes() > 10_000);
    assertThat(source.synsets().orElseThrow()).contains("cat, tabby");
    for (TarFile tar : source.list()) {
      try (var reader = new TarImageReader(tar.name(), source.open(tar))) {
        int images = 0;
        while (reader.next() != null) {
          images++;
        }
        assertThat(images).isEqualTo(6);
      }
    }
  }

  @Test
  void aPlaceInS3IsTakenApart() {
    assertThat(TarSource.of("s3://bucket/some/prefix", "http://localhost:1"))
        .isEqualTo(new S3Source("bucket", "some/prefix", "http://localhost:1"));
    assertThat(TarSource.of("s3://bucket", "")).isEqualTo(new S3Source("bucket", "", ""));
    assertThatThrownBy(() -> TarSource.of("s3://", "")).hasMessageContaining("s3://bucket/prefix");
  }
}
