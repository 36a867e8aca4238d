package ray.examples.imagenet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import ray.Returns;
import ray.Returns2;
import ray.examples.imagenet.image.ImageLoader;
import ray.examples.imagenet.image.ImageLoaders;
import ray.examples.imagenet.image.UnreadableImageException;
import ray.examples.imagenet.tar.TarFile;
import ray.examples.imagenet.tar.TarSource;

/** The functions that run as tasks. */
final class ImageNetTasks {
  private ImageNetTasks() {}

  /** Reads a tar: a generator, held back when decoding does not keep up. */
  static Stream<RawBatch> read(TarSource source, TarFile tar, int imagesPerBatch) {
    var batches = new RawBatches(source, tar, imagesPerBatch);
    int characteristics = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(batches, characteristics), false)
        .onClose(batches::close);
  }

  /** Decodes and resizes the images of a batch. */
  static Returns2<ImageBatch, BatchReport> decode(RawBatch raw, LoadOptions options)
      throws InterruptedException {
    int size = options.size();
    ImageBatch batch =
        ImageLoaders.lend(size, options.exact(), loader -> decode(raw, size, loader));
    return Returns.of(batch, BatchReport.of(batch, raw.tarBytes()));
  }

  private static ImageBatch decode(RawBatch raw, int size, ImageLoader loader)
      throws InterruptedException {
    List<String> names = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    List<Problem> problems = new ArrayList<>(raw.problems());
    byte[] pixels = new byte[raw.count() * loader.bytesPerImage()];
    for (int i = 0; i < raw.count(); i++) {
      if (Thread.interrupted()) {
        throw new InterruptedException("decoding %s was stopped".formatted(raw.tar()));
      }
      try {
        int offset = names.size() * loader.bytesPerImage();
        loader.load(raw.data(), raw.start(i), raw.length(i), pixels, offset);
        names.add(raw.names().get(i));
        labels.add(raw.labels().get(i));
      } catch (UnreadableImageException e) {
        problems.add(problem(raw, i, e));
      }
    }
    int length = names.size() * loader.bytesPerImage();
    byte[] used = length == pixels.length ? pixels : Arrays.copyOf(pixels, length);
    return new ImageBatch(
        size, List.copyOf(names), List.copyOf(labels), used, List.copyOf(problems));
  }

  private static Problem problem(RawBatch raw, int image, UnreadableImageException e) {
    Problem.Kind kind =
        e.isTruncated() ? Problem.Kind.TRUNCATED_IMAGE : Problem.Kind.UNREADABLE_IMAGE;
    String message = e.getMessage();
    return new Problem(kind, raw.tar(), raw.names().get(image), message == null ? "" : message);
  }

  /** A leaf of the tree that sums the data set. */
  static PixelSum sum(ImageBatch batch) {
    return PixelSum.of(batch);
  }

  /** An inner node of the tree. */
  static PixelSum add(PixelSum left, PixelSum right) {
    return left.plus(right);
  }
}
