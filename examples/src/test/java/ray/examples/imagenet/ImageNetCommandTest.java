package ray.examples.imagenet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import ray.ObjectRef;
import ray.Ray;
import ray.RayOptions;
import ray.examples.imagenet.image.Fixtures;
import ray.examples.imagenet.tar.S3Server;
import ray.examples.imagenet.tar.SampleSource;
import ray.examples.imagenet.tar.TarSource;
import ray.examples.imagenet.tar.Tars;

/**
 * The command as a user runs it. It starts the JVM's default Ray, so these tests run one by one.
 */
class ImageNetCommandTest {
  private static final byte[] JPEG = Fixtures.image("baseline.jpg");

  @TempDir Path folder;
  @TempDir Path output;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine command =
        new CommandLine(new ImageNetCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--mean";
    all[arguments.length + 1] = mean().toString();
    return command.execute(all);
  }

  private Path mean() {
    return output.resolve("mean.png");
  }

  private void write(String name, byte[] data) throws Exception {
    Files.write(folder.resolve(name), data);
  }

  private record Difference(int largest, double mean) {}

  /** How the mean image that was written differs from Pillow's. */
  private Difference differenceFromPillows() throws IOException {
    byte[] expected = Fixtures.rgb("/ray/examples/imagenet/mean-by-pillow.png");
    var image = ImageIO.read(mean().toFile());
    int largest = 0;
    long sum = 0;
    for (int i = 0; i < expected.length; i++) {
      int pixel = image.getRGB(i / 3 % 256, i / 3 / 256);
      int value = (pixel >> (16 - 8 * (i % 3))) & 0xFF;
      int difference = Math.abs(value - (expected[i] & 0xFF));
      largest = Math.max(largest, difference);
      sum += difference;
    }
    return new Difference(largest, (double) sum / expected.length);
  }

  /** The bounds that the project promises: 3 grey levels at any pixel, 0.4 on average. */
  @Test
  void theSamplesMeanIsNearlyPillows() throws Exception {
    int code = run();

    assertThat(code).as(err.toString()).isZero();
    assertThat(differenceFromPillows().largest()).isLessThanOrEqualTo(3);
    assertThat(differenceFromPillows().mean()).isLessThan(0.4);
  }

  @Test
  void theSamplesExactMeanIsPillows() throws Exception {
    int code = run("--exact");

    assertThat(code).as(err.toString()).isZero();
    assertThat(differenceFromPillows().largest()).isLessThanOrEqualTo(1);
    assertThat(differenceFromPillows().mean()).isLessThan(0.02);
  }

  @Test
  void printsATableOfTheClasses() {
    int code = run("--size", "32", "--batch", "4");

    assertThat(code).isZero();
    assertThat(out.toString().lines())
        .contains("class         images  words", "n90000001          6  cat, tabby")
        .contains("total             42");
    assertThat(err.toString()).contains("100%  42 images");
  }

  @Test
  void oneTarOfTarsIsADataSetToo() throws Exception {
    byte[] cats = Tars.tar().with("1.jpg", JPEG).with("2.jpg", JPEG).bytes();
    write("all.tar", Tars.tar().with("cats.tar", cats).with("dogs.tar", cats).bytes());

    int code = run(folder.resolve("all.tar").toString(), "--size", "32");

    assertThat(code).isZero();
    assertThat(out.toString()).containsPattern("cats +2\n").containsPattern("dogs +2\n");
  }

  @Test
  void problemsAreReportedByNameAndCountedAndTheRestGoesOn() throws Exception {
    byte[] truncated = Arrays.copyOf(JPEG, JPEG.length / 2);
    byte[] noise = "no image at all".getBytes(StandardCharsets.US_ASCII);
    write(
        "cats.tar",
        Tars.tar().with("1.jpg", JPEG).with("2.jpg", truncated).with("3.jpg", noise).bytes());
    write("empty.tar", new byte[0]);
    byte[] dogs = Tars.tar().with("1.jpg", JPEG).with("2.jpg", JPEG).bytes();
    write("dogs.tar", Arrays.copyOf(dogs, dogs.length / 2));
    write("junk.tar", "this is no tar".repeat(100).getBytes(StandardCharsets.US_ASCII));

    int code = run(folder.toString(), "--size", "32");

    assertThat(code).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("truncated image: cats.tar: 2.jpg: ")
        .contains("unreadable image: cats.tar: 3.jpg: it is neither a JPEG nor a PNG")
        .contains("empty tar: empty.tar: ")
        .contains("tar cut short: dogs.tar: ")
        .contains("unreadable tar: junk.tar: ");
    assertThat(out.toString())
        .containsPattern(" 1  truncated image")
        .containsPattern(" 1  tar cut short")
        .containsPattern("total +\\d");
  }

  @Test
  void strictFailsAtTheFirstProblem() throws Exception {
    write("cats.tar", Tars.tar().with("1.jpg", Arrays.copyOf(JPEG, 500)).bytes());
    write("dogs.tar", Tars.tar().with("1.jpg", JPEG).bytes());

    int code = run(folder.toString(), "--strict", "--size", "32");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .contains("imagenet: truncated image: cats.tar: 1.jpg")
        .doesNotContain("\tat ");
    assertThat(mean()).doesNotExist();
  }

  @Test
  void noImageAtAllIsAnError() throws Exception {
    write("cats.tar", Tars.tar().with("README", JPEG).bytes());

    int code = run(folder.toString());

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("empty tar: cats.tar").contains("no image could be loaded");
    assertThat(mean()).doesNotExist();
  }

  @Test
  void badInputIsOneLineThatSaysWhatToDo() {
    assertThat(run(folder.resolve("missing").toString())).isEqualTo(1);
    assertThat(run(folder.toString())).isEqualTo(1);
    assertThat(run("--size", "0")).isEqualTo(1);
    assertThat(run("--batch", "100000")).isEqualTo(1);
    assertThat(run("s3://")).isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(5)
        .allMatch(line -> line.startsWith("imagenet: "))
        .satisfiesExactly(
            line -> assertThat(line).contains("does not exist. Give a folder"),
            line -> assertThat(line).contains("no .tar file in " + folder),
            line -> assertThat(line).contains("from 1 to 8,192"),
            line -> assertThat(line).contains("a batch of 100000 images"),
            line -> assertThat(line).contains("s3://bucket/prefix"));
  }

  @Test
  void aPlaceThatTheMeanCantGoToIsSaidBeforeTheWork() {
    CommandLine command = new CommandLine(new ImageNetCommand()).setErr(new PrintWriter(err));

    int code = command.execute("--mean", output.resolve("no/such/folder/mean.png").toString());

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("does not exist").doesNotContain("Loading");
  }

  @Test
  void verboseShowsTheStackTrace() {
    assertThat(run(folder.toString(), "--verbose")).isEqualTo(1);
    assertThat(err.toString()).contains("\tat ");
  }

  @Test
  void readsFromAnS3Server() throws Exception {
    try (S3Server server = S3Server.start()) {
      server.createBucket("data");
      server.put("data", "train/cats.tar", Tars.tar().with("1.jpg", JPEG).bytes());
      server.put(
          "data", "train/synsets.txt", "cats\tall of them".getBytes(StandardCharsets.US_ASCII));

      int code = run("s3://data/train/", "--endpoint", server.endpoint(), "--size", "32");

      assertThat(code).as(err.toString()).isZero();
      assertThat(out.toString()).containsPattern("cats +1  all of them");
    }
  }

  /** Ten times as many bytes of pixels as the store holds. */
  @Test
  void aDataSetMuchLargerThanTheStoreGoesThrough() throws Exception {
    Tars tars = Tars.tar();
    for (int i = 0; i < 1800; i++) {
      tars.with("cats/" + i + ".jpg", JPEG);
    }
    write("huge.tar", tars.bytes());

    int code = run(folder.toString(), "--object-store=8", "--size=128", "--batch=4", "--cpus=2");

    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("total +1,800\n");
  }

  @Test
  void aStoreThatIsTooSmallIsSaidToBe() {
    int code = run("--object-store=8");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("an object store of 8 MiB is too small", "it takes");
  }

  @Test
  void theShellHasTheBatches() throws Exception {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    String snippets =
        "batches.get(0).get().labels().get(0) + batches.size()\n"
            + "batches.getFirst().get().shape()\n/exit 7\n";
    try (var _ = Ray.init(RayOptions.defaults().cpus(2))) {
      var options = LoadOptions.defaults().withSize(32);
      var job = new MeanJob(options, _ -> {}, true);
      TarSource source = new SampleSource();
      PixelSum sum = job.run(source, source.list());
      List<ObjectRef<ImageBatch>> batches = job.batches();
      assertThat(sum.count()).isEqualTo(42);
      assertThat(batches).hasSize(7);

      int code =
          ImageNetShell.open(
              batches,
              JavaShellToolBuilder.builder()
                  .in(new ByteArrayInputStream(snippets.getBytes(StandardCharsets.UTF_8)), null)
                  .out(new PrintStream(shown, true, StandardCharsets.UTF_8)));

      assertThat(code).isEqualTo(7);
      assertThat(shown.toString(StandardCharsets.UTF_8))
          .containsPattern("==> \"n9000000\\d7\"")
          .contains("==> [6, 32, 32, 3]");
      assertThat(ImageNetShell.batches()).isEmpty();
    }
  }
}
