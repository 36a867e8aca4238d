package ray.examples.imagenet.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class S3SourceTest {
  private static final byte[] TAR =
      Tars.tar().with("n90000001_1.JPEG", random(300_000)).with("2.jpg", random(10)).bytes();

  private static S3Server server;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start();
    server.createBucket("images");
    server.put("images", "train/n90000002.tar", TAR);
    server.put("images", "train/n90000001.tar", TAR);
    server.put("images", "train/readme.txt", new byte[1]);
    server.put("images", "train/synsets.txt", "n90000001\tcat, tabby".getBytes("UTF-8"));
    server.put("images", "other/n90000003.tar", TAR);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static byte[] random(int length) {
    byte[] data = new byte[length];
    new Random(length).nextBytes(data);
    return data;
  }

  private static TarSource at(String place) {
    return TarSource.of(place, server.endpoint());
  }

  @Test
  void listsTheTarsUnderAPrefix() throws Exception {
    assertThat(at("s3://images/train/").list())
        .containsExactly(
            new TarFile("n90000001.tar", "train/n90000001.tar", TAR.length),
            new TarFile("n90000002.tar", "train/n90000002.tar", TAR.length));
    assertThat(at("s3://images").list()).hasSize(3);
  }

  @Test
  void streamsATar() throws Exception {
    TarSource source = at("s3://images/train/n90000001");
    TarFile tar = source.list().getFirst();

    try (var reader = new TarImageReader(tar.name(), source.open(tar))) {
      assertThat(java.util.Objects.requireNonNull(reader.next()).data()).isEqualTo(random(300_000));
      assertThat(reader.next().data()).isEqualTo(random(10));
      assertThat(reader.next()).isNull();
      assertThat(reader.bytesRead()).isEqualTo(TAR.length);
    }
  }

  @Test
  void readsTheWordsOfClasses() throws Exception {
    assertThat(at("s3://images/train/").synsets()).contains("n90000001\tcat, tabby");
    assertThat(at("s3://images/other/").synsets()).isEmpty();
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> at("s3://nowhere/x").list())
        .hasMessageContaining("s3://nowhere/x")
        .hasMessageContaining("no such bucket");
    assertThatThrownBy(() -> at("s3://images/nothing").list())
        .hasMessageContaining("no object ending in .tar")
        .hasMessageContaining("nothing");
  }

  @Test
  void aServerThatDoesNotAnswerIsNamed() {
    assertThatThrownBy(() -> TarSource.of("s3://images/", "http://127.0.0.1:1").list())
        .hasMessageContaining("s3://images/ can't be read");
  }

  @Test
  void aBrokenConnectionIsTakenUpWhereItBroke() throws Exception {
    try (var proxy = new BreakingProxy(server.port(), 2, 100_000)) {
      TarSource source = TarSource.of("s3://images/train/", proxy.endpoint());
      TarFile tar = new TarFile("n90000001.tar", "train/n90000001.tar", TAR.length);

      try (InputStream in = source.open(tar)) {
        assertThat(in.readAllBytes()).isEqualTo(TAR);
      }
      assertThat(proxy.breaksLeft()).isNotPositive();
    }
  }

  @Test
  void aConnectionThatKeepsBreakingIsAnError() throws Exception {
    try (var proxy = new BreakingProxy(server.port(), Integer.MAX_VALUE, 0)) {
      TarSource source = TarSource.of("s3://images/train/", proxy.endpoint());
      TarFile tar = new TarFile("n90000001.tar", "train/n90000001.tar", TAR.length);

      assertThatThrownBy(
              () -> {
                try (InputStream in = source.open(tar)) {
                  in.readAllBytes();
                }
              })
          .hasMessageContaining("s3://images/train/n90000001.tar");
    }
  }
}
