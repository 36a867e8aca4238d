package ray.examples.imagenet;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a batch came to: small, so that the program can follow along without touching pixels.
 *
 * @param images how many images of each class were loaded
 * @param problems what was not
 * @param tarBytes how much of a tar that was
 */
record BatchReport(Map<String, Integer> images, List<Problem> problems, long tarBytes) {
  static BatchReport of(ImageBatch batch, long tarBytes) {
    Map<String, Integer> images = new TreeMap<>();
    batch.labels().forEach(label -> images.merge(label, 1, Integer::sum));
    return new BatchReport(images, batch.problems(), tarBytes);
  }

  int count() {
    return images.values().stream().mapToInt(Integer::intValue).sum();
  }
}
