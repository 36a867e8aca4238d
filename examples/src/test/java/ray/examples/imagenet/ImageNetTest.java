package ray.examples.imagenet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.TaskFailedException;
import ray.examples.imagenet.image.Fixtures;
import ray.examples.imagenet.tar.FolderSource;
import ray.examples.imagenet.tar.S3Server;
import ray.examples.imagenet.tar.S3Source;
import ray.examples.imagenet.tar.TarSource;
import ray.examples.imagenet.tar.Tars;

/** The loader as a library, each test with a Ray of its own. */
class ImageNetTest {
  private static final byte[] JPEG = Fixtures.image("baseline.jpg");
  private static final LoadOptions SMALL =
      LoadOptions.defaults().withSize(64).withImagesPerBatch(4);

  @TempDir Path folder;

  private static RayInstance start() {
    return Ray.start(RayOptions.defaults().cpus(2).objectStore(64 << 20));
  }

  @Test
  void aTaskLoadsTheSampleAndItsBatchesOutliveIt() throws Exception {
    try (RayInstance ray = start()) {
      ray.call(() -> {
        var load = Ray.remote((String place, LoadOptions o) -> ImageNet.loadTars(place, o));

        List<ObjectRef<ImageBatch>> refs = load.remote("", SMALL).get();

        Set<String> names = new HashSet<>();
        for (ImageBatch batch : Ray.get(refs)) {
          names.addAll(batch.names());
          assertThat(batch.shape()).containsExactly(batch.count(), 64, 64, 3);
          assertThat(batch.pixels()).hasSize(batch.count() * 64 * 64 * 3);
          assertThat(batch.problems()).isEmpty();
        }
        assertThat(names).hasSize(42).contains("n90000001_4.JPEG");
        return null;
      });
    }
  }

  @Test
  void pixelsInTheStoreAreThoseOfTheImage() throws Exception {
    Files.write(folder.resolve("cats.tar"), Tars.tar().with("1.jpg", JPEG).bytes());
    byte[] expected = Fixtures.rgb("/ray/examples/imagenet/images/baseline.expected.png");
    try (RayInstance ray = start()) {
      ray.call(() -> {
        ImageBatch batch =
            ImageNet.loadTars(new FolderSource(folder.toString()), SMALL.withExact(true))
                .getFirst()
                .get();

        assertThat(batch.labels()).containsExactly("cats");
        for (int channel = 0; channel < 3; channel++) {
          int there = expected[(20 * 64 + 30) * 3 + channel] & 0xFF;
          assertThat(batch.at(0, 20, 30, channel)).isEqualTo(there);
        }
        return null;
      });
    }
  }

  @Test
  void whatCouldNotBeLoadedStandsInTheBatches() throws Exception {
    writeBadData();
    try (RayInstance ray = start()) {
      ray.call(() -> {
        List<ImageBatch> batches = Ray.get(load(new FolderSource(folder.toString())));

        assertThat(batches.stream().mapToInt(ImageBatch::count).sum()).isEqualTo(2);
        assertThat(batches.stream().flatMap(batch -> batch.problems().stream()))
            .extracting(Problem::kind)
            .containsExactlyInAnyOrder(
                Problem.Kind.TRUNCATED_IMAGE, Problem.Kind.EMPTY_TAR, Problem.Kind.TRUNCATED_TAR);
        return null;
      });
    }
  }

  @Test
  void aStrictLoadFailsWithTheProblemsName() throws Exception {
    writeBadData();
    try (RayInstance ray = Ray.start(RayOptions.defaults().cpus(2).quiet())) {
      ray.call(() -> {
        var load = Ray.remote((String place, LoadOptions o) -> ImageNet.loadTars(place, o));

        assertThatThrownBy(() -> load.remote(folder.toString(), SMALL.withStrict(true)).get())
            .isInstanceOf(ProblemFoundException.class)
            .hasMessageContaining(".tar");
        return null;
      });
    }
  }

  @Test
  void aPlaceWithoutTarsIsAnError() throws Exception {
    try (RayInstance ray = Ray.start(RayOptions.defaults().cpus(1).quiet())) {
      ray.call(() -> {
        var load = Ray.remote((String place, LoadOptions o) -> ImageNet.loadTars(place, o));

        assertThatThrownBy(() -> load.remote(folder.toString(), SMALL).get())
            .isInstanceOf(TaskFailedException.class)
            .hasStackTraceContaining("no .tar file");
        return null;
      });
    }
  }

  @Test
  void loadsFromS3() throws Exception {
    try (S3Server server = S3Server.start();
        RayInstance ray = start()) {
      server.createBucket("data");
      server.put("data", "train/cats.tar", Tars.tar().with("1.jpg", JPEG).bytes());
      server.put("data", "train/dogs.tar", Tars.tar().with("2.jpg", JPEG).bytes());
      ray.call(() -> {
        List<ImageBatch> batches = Ray.get(load(new S3Source("data", "train/", server.endpoint())));

        assertThat(batches)
            .flatExtracting(ImageBatch::labels)
            .containsExactlyInAnyOrder("cats", "dogs");
        return null;
      });
    }
  }

  private static List<ObjectRef<ImageBatch>> load(TarSource source) {
    return Ray.remote((TarSource s) -> ImageNet.loadTars(s, SMALL)).remote(source).get();
  }

  private void writeBadData() throws Exception {
    byte[] truncated = Arrays.copyOf(JPEG, JPEG.length / 2);
    byte[] good = Tars.tar().with("1.jpg", JPEG).with("2.jpg", truncated).bytes();
    Files.write(folder.resolve("a.tar"), good);
    Files.write(folder.resolve("b.tar"), new byte[0]);
    byte[] two = Tars.tar().with("3.jpg", JPEG).with("4.jpg", JPEG).bytes();
    int end = 512 + Math.ceilDiv(JPEG.length, 512) * 512 + 700;
    Files.write(folder.resolve("c.tar"), Arrays.copyOf(two, end));
  }
}
