package ray.examples.imagenet.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import ray.examples.imagenet.tar.DamagedTarException.Kind;

class TarImageReaderTest {
  private static final byte[] DATA = "picture".getBytes(US_ASCII);

  @Test
  void readsImagesInOrderWithTheirBytes() throws Exception {
    byte[] tar =
        Tars.tar().with("n90000001_1.JPEG", DATA).with("n90000001_2.JPEG", new byte[3000]).bytes();

    List<TarImage> images = read("n90000001.tar", tar);

    assertThat(images)
        .extracting(TarImage::name)
        .containsExactly("n90000001_1.JPEG", "n90000001_2.JPEG");
    assertThat(images.get(0).data()).isEqualTo(DATA);
    assertThat(images.get(1).data()).hasSize(3000);
  }

  @Test
  void readsLongAndForeignNamesOfEveryTarDialect() throws Exception {
    String name = "n90000001/" + "long-".repeat(40) + "ü.jpg";

    for (byte[] tar :
        List.of(Tars.pax().with(name, DATA).bytes(), Tars.gnu().with(name, DATA).bytes())) {
      assertThat(read("x.tar", tar)).singleElement().extracting(TarImage::name).isEqualTo(name);
    }
  }

  @Test
  void passesOverWhatIsNoImage() throws Exception {
    byte[] tar =
        Tars.tar()
            .with("README.txt", DATA)
            .with("folder/", new byte[0])
            .with("._n90000001_1.JPEG", DATA)
            .with("a.PNG", DATA)
            .bytes();

    assertThat(read("x.tar", tar)).singleElement().extracting(TarImage::name).isEqualTo("a.PNG");
  }

  @Test
  void findsTheClassInTheImagesNameElseInTheFolderElseInTheTarsName() throws Exception {
    byte[] tar =
        Tars.tar()
            .with("n01440764_10026.JPEG", DATA)
            .with("train/cats/1.jpg", DATA)
            .with("./2.jpg", DATA)
            .with("3.jpg", DATA)
            .bytes();

    assertThat(read("dogs.tar", tar))
        .extracting(TarImage::label)
        .containsExactly("n01440764", "cats", "dogs", "dogs");
  }

  @Test
  void readsTarsWithinTheTar() throws Exception {
    byte[] inner = Tars.tar().with("1.jpg", DATA).bytes();
    byte[] other = Tars.tar().with("n90000002_1.JPEG", DATA).bytes();
    byte[] tar =
        Tars.tar().with("cats.tar", inner).with("n90000002.tar", other).with("9.jpg", DATA).bytes();

    assertThat(read("train.tar", tar))
        .extracting(TarImage::label)
        .containsExactly("cats", "n90000002", "train");
  }

  @Test
  void aTarBombIsRefused() {
    byte[] tar = Tars.tar().with("1.jpg", DATA).bytes();
    for (int depth = 0; depth < 6; depth++) {
      tar = Tars.tar().with("inner.tar", tar).bytes();
    }

    assertDamaged(tar, Kind.DAMAGED, "deep");
  }

  @Test
  void anEmptyTarIsNamed() {
    assertDamaged(Tars.tar().bytes(), Kind.EMPTY, "no image");
    assertDamaged(new byte[0], Kind.EMPTY, "no image");
    assertDamaged(Tars.tar().with("README", DATA).bytes(), Kind.EMPTY, "no image");
  }

  @Test
  void whatIsNoTarIsNamed() {
    assertDamaged("no tar at all ".repeat(200).getBytes(US_ASCII), Kind.DAMAGED, "no tar file");
  }

  @Test
  void anImageOfImpossibleSizeIsRefusedWithoutTryingToHoldIt() throws Exception {
    byte[] tar = Tars.tar().with("1.jpg", DATA).bytes();
    byte[] size = "77777777777".getBytes(US_ASCII);
    System.arraycopy(size, 0, tar, 124, size.length);
    fixChecksum(tar);

    assertDamaged(tar, Kind.DAMAGED, "1.jpg");
  }

  /** Wherever it is cut, the images before come out whole, and then it is said to be cut short. */
  @Property(tries = 300)
  void aTarCutShortGivesWhatIsWholeThenSaysSo(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 3000) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 20_000) int length)
      throws IOException {
    Tars tars = Tars.tar();
    List<Integer> ends = new ArrayList<>();
    int position = 0;
    for (int i = 0; i < sizes.size(); i++) {
      byte[] data = new byte[sizes.get(i)];
      Arrays.fill(data, (byte) 'x');
      tars.with(i + ".jpg", data);
      ends.add(position + 512 + data.length);
      position += 512 + Math.ceilDiv(data.length, 512) * 512;
    }
    byte[] tar = tars.bytes();
    Assume.that(length < position);

    List<TarImage> images = new ArrayList<>();
    assertThatThrownBy(() -> readInto(images, "x.tar", Arrays.copyOf(tar, length)))
        .isInstanceOfSatisfying(
            DamagedTarException.class,
            e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.CUT_SHORT));

    assertThat(images).hasSize((int) ends.stream().filter(end -> end <= length).count());
  }

  @Test
  void aFailureToReadIsNotHeldAgainstTheTar() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("the disk is gone");
          }
        };

    assertThatThrownBy(
            () -> {
              try (var reader = new TarImageReader("x.tar", broken)) {
                reader.next();
              }
            })
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContaining("the disk is gone");
  }

  private static void fixChecksum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += header[i] & 0xFF;
    }
    byte[] text = "%06o\0 ".formatted(sum).getBytes(US_ASCII);
    System.arraycopy(text, 0, header, 148, text.length);
  }

  private static void assertDamaged(byte[] tar, Kind kind, String message) {
    assertThatThrownBy(() -> read("x.tar", tar))
        .isInstanceOfSatisfying(
            DamagedTarException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(message);
  }

  private static List<TarImage> read(String name, byte[] tar) throws IOException {
    List<TarImage> images = new ArrayList<>();
    readInto(images, name, tar);
    return images;
  }

  private static void readInto(List<TarImage> images, String name, byte[] tar) throws IOException {
    try (var reader = new TarImageReader(name, new ByteArrayInputStream(tar))) {
      for (TarImage image = reader.next(); image != null; image = reader.next()) {
        images.add(image);
      }
    }
  }
}
